import { messageOf, SalvorError } from "../core/errors.ts";
import { hasKnownRepository } from "./known-repository.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Session } from "./session.ts";

/**
 * The snapshots, for those who ask in the worst of times: a repository that cannot be read is told,
 * not thrown, and leaves none.
 */
export async function knownSnapshots(
  session: Session,
  signal: AbortSignal,
): Promise<readonly Snapshot[]> {
  const { snapshots, trouble } = await readSnapshots(session, signal);
  if (trouble !== null) session.progress.say(trouble);
  return snapshots;
}

/** The snapshots, and why there are none although there should be. */
export interface SnapshotsRead {
  readonly snapshots: readonly Snapshot[];
  /** Null where nobody has backed up yet: then there is nothing to be held against. */
  readonly trouble: string | null;
}

/** As `knownSnapshots`, for those who must not take "cannot be read" for "there are none". */
export async function readSnapshots(session: Session, signal: AbortSignal): Promise<SnapshotsRead> {
  try {
    const repository = await session.repository(signal);
    const snapshots = await repository.snapshots(signal);
    if (snapshots.length > 0) return { snapshots, trouble: null };
    const [first] = await repository.unreadable(signal);
    return { snapshots, trouble: first?.problem.message ?? null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError)) throw error;
    const isNew = error.code === "REPOSITORY_MISSING" && !(await hasKnownRepository(session));
    return { snapshots: [], trouble: isNew ? null : messageOf(error) };
  }
}
