import { basename, dirname, join } from "node:path";

import { makeFolderDurably } from "../../../core/disk.ts";
import { entryModule } from "../../../core/module.ts";
import { syncTree } from "../../files/sync-tree.ts";
import type { Quarantine } from "../../types.ts";
import type { LiveLog } from "./live.ts";
import type { QuarantinedLog, QuarantineInput } from "./quarantine-task.ts";

/** Begins the fingerprint of a quarantine that lacks what could not be read. */
const PARTIAL = "partial:";

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
  const { exists, fingerprint, missed } = copied;
  if (missed.length > 0) {
    world.log.warn(`what could not be read of ${place.address} is not in quarantine`, {
      missed: missed.join(", "),
    });
  }
  return {
    folder,
    files: exists ? [name] : [],
    address,
    fingerprint: missed.length > 0 ? PARTIAL + fingerprint : fingerprint,
  };
}

/** Did the quarantine get all of it? */
export function isPartial({ fingerprint }: Quarantine): boolean {
  return fingerprint.startsWith(PARTIAL);
}

/** The live log's fingerprint when it was put in quarantine. */
export function liveFingerprint({ fingerprint }: Quarantine): string {
  return fingerprint.startsWith(PARTIAL) ? fingerprint.slice(PARTIAL.length) : fingerprint;
}
