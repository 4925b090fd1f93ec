import { basename, dirname, join } from "node:path";

import { makeFolderDurably } from "../../../core/disk.ts";
import { entryModule } from "../../../core/module.ts";
import { quarantineFingerprint } from "../../files/partial-quarantine.ts";
import { syncTree } from "../../files/sync-tree.ts";
import type { Quarantine } from "../../types.ts";
import type { LiveLog } from "./live.ts";
import type { QuarantinedLog, QuarantineInput } from "./quarantine-task.ts";

/** Copies the segments of a live log, damaged or not, and syncs copies and names. */
export async function quarantineLog(
  { place, context }: LiveLog,
  folder: string,
  signal: AbortSignal,
): Promise<Quarantine> {
  const { disk, hosts, world } = context;
  await makeFolderDurably(disk, folder);
  const name = basename(place.address);
  const address = join(folder, name);
  await disk.removeFolder(address);
  const input: QuarantineInput = { place, target: { ...place, address } };
  const task = entryModule("stores/event-log/keep/quarantine-task");
  const copied = await hosts.run<QuarantinedLog>("bytes", task, input, signal);
  if (copied.exists && place.glob !== null) await syncTree(address, signal);
  await disk.syncFolder(folder);
  await disk.syncFolder(dirname(folder));
  return {
    folder,
    files: copied.exists ? [name] : [],
    address,
    fingerprint: quarantineFingerprint(world.log, place.address, copied),
  };
}
