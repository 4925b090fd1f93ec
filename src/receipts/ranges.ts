import type { Leaf, Tree } from "./types.ts";

/** A range of canonical keys: `after` exclusive, `upTo` inclusive; null is open. */
export interface DifferingRange {
  readonly after: Uint8Array | null;
  readonly upTo: Uint8Array | null;
}

/**
 * The ranges of keys that hold every row in which two trees of one collection differ, and little
 * else: leaves are aligned where both end after the same key. Ascending, apart from each other;
 * none when the trees are equal.
 */
export function differingRanges(a: Tree, b: Tree): DifferingRange[] {
  const ranges: DifferingRange[] = [];
  let after: Uint8Array | null = null;
  for (const { upTo, equal } of alignedRuns(a.leaves, b.leaves)) {
    if (!equal) extend(ranges, after, upTo);
    after = upTo;
  }
  return ranges;
}

interface AlignedRun {
  /** Where both end; null for what follows the last key that both end after. */
  readonly upTo: Uint8Array | null;
  readonly equal: boolean;
}

/** Runs of leaves between the keys after which both trees have a leaf's end. */
function* alignedRuns(a: readonly Leaf[], b: readonly Leaf[]): Generator<AlignedRun> {
  let [inA, inB] = [0, 0];
  let [startA, startB] = [0, 0];
  for (;;) {
    const [leafA, leafB] = [a[inA], b[inB]];
    if (leafA === undefined || leafB === undefined) break;
    const order = Buffer.compare(leafA.lastKey, leafB.lastKey);
    if (order <= 0) inA++;
    if (order >= 0) inB++;
    if (order !== 0) continue;

    const single = inA - startA === 1 && inB - startB === 1;
    yield { upTo: leafA.lastKey, equal: single && sameRows(leafA, leafB) };
    [startA, startB] = [inA, inB];
  }
  if (startA < a.length || startB < b.length) yield { upTo: null, equal: false };
}

function sameRows(a: Leaf, b: Leaf): boolean {
  return a.count === b.count && Buffer.compare(a.digest, b.digest) === 0;
}

/** Adds a range, or makes the last one longer when they touch. */
function extend(ranges: DifferingRange[], after: Uint8Array | null, upTo: Uint8Array | null): void {
  const last = ranges.at(-1);
  if (last !== undefined && last.upTo === after) ranges.splice(-1, 1, { after: last.after, upTo });
  else ranges.push({ after, upTo });
}
