import { dirname } from "node:path";

import { makeFolderDurably, type Disk } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import type { RestoreOptions } from "../file-comparison.ts";
import type { Content } from "../types.ts";
import { buildTree } from "./build-tree.ts";
import type { LiveTree } from "./live.ts";
import type { FilesOptions } from "./options.ts";
import { removeTree } from "./remove-tree.ts";
import { syncTree } from "./sync-tree.ts";

/** Of our own making only: nobody else calls a folder so. */
export const DRAFT = ".salvor-draft";

/**
 * Builds the tree of a content at `root`: draft, sync, rename, sync the folder. A crash leaves nothing
 * under the name, or all of it.
 *
 * @throws {SalvorError} NOT_EMPTY when the name is taken; REFUSED when the content reaches out of it;
 *   NOT_FOUND when it lacks what is asked for.
 */
export async function restoreTree(
  { root, options, context: { disk } }: LiveTree,
  content: Content,
  choice: RestoreOptions,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await refuseTaken(disk, root);
  refuseOwners(root, options);
  await makeFolderDurably(disk, dirname(root));
  const draft = root + DRAFT;
  removeTree(draft);
  await disk.makeFolder(draft);
  try {
    await buildTree(draft, content, choice, signal);
    await syncTree(draft, signal);
    await disk.rename(draft, root);
  } catch (error) {
    removeTree(draft);
    throw error;
  }
  await disk.syncFolder(dirname(root));
}

async function refuseTaken(disk: Disk, root: string): Promise<void> {
  if ((await disk.stat(root)) === null) return;
  throw new SalvorError("NOT_EMPTY", `${root} exists already`, {
    hint: "Name a path that does not exist yet, or move that folder away first.",
  });
}

function refuseOwners(root: string, { owners }: FilesOptions): void {
  if (owners === "recorded" || process.geteuid?.() === 0) return;
  throw new SalvorError(
    "PERMISSION_DENIED",
    `only root can give the files of ${root} their owners`,
    {
      hint: 'Run as root, or say "owners: recorded" for this store and back it up again.',
    },
  );
}
