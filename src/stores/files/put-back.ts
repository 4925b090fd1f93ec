import { basename, dirname, join } from "node:path";

import { entryModule } from "../../core/module.ts";
import type { ExchangeOptions, Quarantine } from "../types.ts";
import { carryLeftAlone } from "./carry.ts";
import type { CopyInput } from "./copy-task.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { LiveTree } from "./live.ts";
import { liveFingerprint } from "./partial-quarantine.ts";
import { removeTree } from "./remove-tree.ts";
import { settleSwap, swapTrees } from "./swap.ts";
import { refuseUsed } from "./users.ts";

/**
 * Puts a copy of the tree in quarantine in the live one's place. It may be killed at any moment and
 * be called again: the quarantine itself is only read.
 */
export async function putBackTree(
  tree: LiveTree,
  quarantine: Quarantine,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<void> {
  const { root, context } = tree;
  const draft = join(dirname(root), `.${basename(root)}.salvor-put-back`);
  await settleSwap(tree, draft, signal);
  removeTree(draft);
  const fingerprint = await fingerprintOf(tree, root, signal);
  if (fingerprint === liveFingerprint(quarantine)) return; // nothing was exchanged
  await refuseUsed(root, options);
  if (quarantine.files.length === 0) {
    await context.disk.rename(root, draft);
    await context.disk.syncFolder(dirname(root));
    const left = carryLeftAlone(tree, draft);
    removeTree(draft, (path) => left.has(path));
    return;
  }
  const input: CopyInput = { root: quarantine.address, exclude: [], target: draft };
  await context.hosts.run("bytes", entryModule("stores/files/copy-task"), input, signal);
  await swapTrees(tree, { beside: draft, fingerprint, keep: false }, signal);
}
