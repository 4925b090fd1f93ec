import { basename, join } from "node:path";

import { makeFolderDurably } from "../../core/disk.ts";
import { entryModule } from "../../core/module.ts";
import type { Quarantine } from "../types.ts";
import type { Copied, CopyInput } from "./copy-task.ts";
import type { LiveTree } from "./live.ts";
import { removeTree } from "./remove-tree.ts";

/** Begins the fingerprint of a quarantine that lacks what could not be read. */
const PARTIAL = "partial:";

/** Copies the live tree, damaged or not, and syncs copies and names. */
export async function quarantineTree(
  { root, options, context }: LiveTree,
  folder: string,
  signal: AbortSignal,
): Promise<Quarantine> {
  const { disk, hosts, world } = context;
  await makeFolderDurably(disk, folder);
  for (const name of await disk.list(folder)) removeTree(join(folder, name));
  const address = join(folder, basename(root));
  const input: CopyInput = { root, exclude: options.exclude, target: address };
  const task = entryModule("stores/files/copy-task");
  const { exists, fingerprint, missed } = await hosts.run<Copied>("bytes", task, input, signal);
  await disk.syncFolder(folder);
  if (missed.length > 0) {
    world.log.warn(`what could not be read of ${root} is not in quarantine`, {
      missed: missed.join(", "),
    });
  }
  return {
    folder,
    files: exists ? [basename(root)] : [],
    address,
    fingerprint: missed.length > 0 ? PARTIAL + fingerprint : fingerprint,
  };
}

/** Did the quarantine get all of it? */
export function isPartial({ fingerprint }: Quarantine): boolean {
  return fingerprint.startsWith(PARTIAL);
}

/** The live tree's fingerprint when it was put in quarantine. */
export function liveFingerprint({ fingerprint }: Quarantine): string {
  return fingerprint.startsWith(PARTIAL) ? fingerprint.slice(PARTIAL.length) : fingerprint;
}
