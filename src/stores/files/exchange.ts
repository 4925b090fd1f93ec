import type { ExchangeOptions, Quarantine } from "../types.ts";
import type { LiveTree } from "./live.ts";
import { isPartial, liveFingerprint } from "./partial-quarantine.ts";
import { swapTrees } from "./swap.ts";
import { refuseUsed } from "./users.ts";

/** Puts the tree beside in the live one's place; what is replaced is in quarantine. */
export async function exchangeTree(
  tree: LiveTree,
  beside: string,
  { quarantine, options }: { quarantine: Quarantine; options: ExchangeOptions },
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await refuseUsed(tree.root, options);
  const fingerprint = liveFingerprint(quarantine);
  await swapTrees(tree, { beside, fingerprint, keep: isPartial(quarantine) }, signal);
}
