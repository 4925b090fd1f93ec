import { basename, join } from "node:path";

import { makeFolderDurably } from "../../core/disk.ts";
import { entryModule } from "../../core/module.ts";
import type { Quarantine } from "../types.ts";
import type { Copied, CopyInput } from "./copy-task.ts";
import type { LiveTree } from "./live.ts";
import { quarantineFingerprint } from "./partial-quarantine.ts";
import { removeTree } from "./remove-tree.ts";

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
  const copied = await hosts.run<Copied>("bytes", task, input, signal);
  await disk.syncFolder(folder);
  return {
    folder,
    files: copied.exists ? [basename(root)] : [],
    address,
    fingerprint: quarantineFingerprint(world.log, root, copied),
  };
}
