import { dirname } from "node:path";

import type { LiveTree } from "./live.ts";
import { removeTree } from "./remove-tree.ts";
import { DRAFT } from "./restore.ts";
import { removeMarkerDraft } from "./swap-marker.ts";
import { settleSwap } from "./swap.ts";

/** Removes a tree that a restore built, and its draft, after ending a swap that was begun with it. */
export async function discardTree(tree: LiveTree, signal: AbortSignal): Promise<void> {
  const { disk } = tree.context;
  await settleSwap(tree, tree.root, signal);
  removeTree(tree.root);
  removeTree(tree.root + DRAFT);
  await removeMarkerDraft(disk, tree.root);
  if ((await disk.stat(dirname(tree.root))) !== null) await disk.syncFolder(dirname(tree.root));
}
