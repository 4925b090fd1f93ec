import { backupObservations } from "../checks/backup-observations.ts";
import { baselineOf } from "../checks/baseline.ts";
import { rememberSeen } from "../checks/remember.ts";
import type { Seen } from "../checks/types.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Session } from "./session.ts";

/** Makes findings of what backups show to be suspicious, and ends those that are no longer so. */
export async function rememberBackups(
  session: Session,
  names: readonly string[],
  snapshots: readonly Snapshot[],
): Promise<void> {
  const seen = names.map((store): Seen => {
    const { expect } = session.storeConfig(store);
    const baseline = baselineOf(
      snapshots.filter((each) => each.store === store),
      expect,
    );
    const observations = backupObservations(baseline, expect);
    return { store, kind: "backup", observations, complete: true };
  });
  await rememberSeen(await session.state(), session.world, seen);
}
