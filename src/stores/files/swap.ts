import { dirname } from "node:path";

import type { Disk } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import { carryLeftAlone } from "./carry.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { LiveTree } from "./live.ts";
import { removeTree } from "./remove-tree.ts";
import { readMarker, removeMarker, swapNames, writeMarker } from "./swap-marker.ts";
import type { SwapMarker } from "./swap-marker.ts";

/** A tree that takes the live one's place. */
export interface Swap {
  /** In the same folder as the live one. */
  readonly beside: string;
  /** What the live tree must be until the last moment. */
  readonly fingerprint: string;
  /** Keep what is replaced: nobody has all of it. */
  readonly keep: boolean;
}

/**
 * Puts a tree in the live one's place by two renames. It may be killed at any moment and be called
 * again; who does not want to may let `settleSwap` undo or finish it.
 *
 * @throws {SalvorError} STORE_CHANGED when the live tree is not what the fingerprint says.
 */
export async function swapTrees(tree: LiveTree, swap: Swap, signal: AbortSignal): Promise<void> {
  const { disk } = tree.context;
  const { beside, fingerprint, keep } = swap;
  const { aside } = swapNames(beside);
  const begun = await readMarker(disk, beside);
  if (begun !== null && !(await exists(disk, beside)))
    return finishSwap(tree, beside, begun, signal);
  if (!(await exists(disk, aside))) {
    await refuseChanged(tree, tree.root, fingerprint, signal);
    await writeMarker(disk, beside, { live: tree.root, fingerprint, keep, verified: false });
    if (await exists(disk, tree.root)) await disk.rename(tree.root, aside);
  } else if (await exists(disk, tree.root)) {
    throw madeAnew(tree.root, aside);
  }
  await refuseChangedAside(tree, swap, signal);
  await disk.rename(beside, tree.root);
  await disk.syncFolder(dirname(tree.root));
  const marker = { live: tree.root, fingerprint, keep, verified: false };
  await finishSwap(tree, beside, marker, signal);
}

/** Ends what a killed swap has left, one way or the other: there is a live tree again. */
export async function settleSwap(
  tree: LiveTree,
  beside: string,
  signal: AbortSignal,
): Promise<void> {
  const { disk } = tree.context;
  const marker = await readMarker(disk, beside);
  if (marker === null) return;
  const live = { ...tree, root: marker.live };
  const { aside } = swapNames(beside);
  const isAway = await exists(disk, aside);
  if (isAway && !(await exists(disk, marker.live))) {
    await disk.rename(aside, marker.live);
    await removeMarker(disk, beside);
  } else if (isAway && !(await exists(disk, beside))) {
    await finishSwap(live, beside, marker, signal);
  } else {
    await removeMarker(disk, beside);
  }
}

/** Somebody may have written between the look and the rename: then the old tree lives on. */
async function refuseChangedAside(
  tree: LiveTree,
  { beside, fingerprint }: Swap,
  signal: AbortSignal,
): Promise<void> {
  const { disk } = tree.context;
  const { aside } = swapNames(beside);
  if (!(await exists(disk, aside))) return;
  try {
    await refuseChanged(tree, aside, fingerprint, signal);
  } catch (error) {
    await disk.rename(aside, tree.root);
    await removeMarker(disk, beside);
    throw error;
  }
}

async function refuseChanged(
  tree: LiveTree,
  root: string,
  fingerprint: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await fingerprintOf(tree, root, signal)) === fingerprint) return;
  const message = `${tree.root} was written to after it was put in quarantine`;
  throw new SalvorError("STORE_CHANGED", message, {
    hint: "Run the command again; stop the program that writes to it if that does not help.",
  });
}

/** What was replaced goes, once it is certain that a copy has all of it. */
async function finishSwap(
  tree: LiveTree,
  beside: string,
  marker: SwapMarker,
  signal: AbortSignal,
): Promise<void> {
  const { disk, world } = tree.context;
  const { aside } = swapNames(beside);
  if (await exists(disk, aside)) {
    const isKept = marker.keep || !(await isVerified(tree, aside, marker, signal));
    if (!isKept) await writeMarker(disk, beside, { ...marker, verified: true });
    const left = carryLeftAlone(tree, aside);
    const isGone = !isKept && removeTree(aside, (path) => left.has(path));
    if (!isGone) world.log.warn("what has no copy was kept, under another name", { aside });
  }
  await removeMarker(disk, beside);
}

/** A program that had a file open may have written to it after the rename. */
async function isVerified(
  tree: LiveTree,
  aside: string,
  { verified, fingerprint }: SwapMarker,
  signal: AbortSignal,
): Promise<boolean> {
  return verified || (await fingerprintOf(tree, aside, signal)) === fingerprint;
}

async function exists(disk: Disk, path: string): Promise<boolean> {
  return (await disk.stat(path)) !== null;
}

function madeAnew(live: string, aside: string): SalvorError {
  return new SalvorError("STORE_BUSY", `${live} was made anew while it was being replaced`, {
    hint: `What was there before lies in ${aside}: move one of the two away, then "salvor resume".`,
  });
}
