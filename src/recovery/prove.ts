import type { Json } from "../core/json.ts";
import { compareReceipts } from "../receipts/compare.ts";
import { compareRows } from "../receipts/compare-rows.ts";
import { proofOf, type Proof, type ProofCollection } from "../receipts/proof.ts";
import { ProofRows, type KeyFile } from "../receipts/proof-rows.ts";
import { differingRanges } from "../receipts/ranges.ts";
import type { Level, SealedReceipt, Tree } from "../receipts/types.ts";
import type { Image } from "../stores/types.ts";

/** One side of a proof. Without an image, a difference leads to ranges of keys and not to rows. */
export interface Side {
  readonly sealed: SealedReceipt;
  readonly image: Image | null;
}

/** What else a proof says. */
export interface ProofTerms {
  readonly store: string;
  readonly level: Level;
  /** Makes the file for keys that the lists do not hold; null: they are counted only. */
  readonly openFile: (() => KeyFile) | null;
  /** Shows a key where there is no image to ask. */
  readonly showKey: (collection: string, key: Uint8Array) => Json;
}

/** Compares two receipts, and where they differ and both images are at hand, their rows. */
export async function prove(
  expected: Side,
  actual: Side,
  terms: ProofTerms,
  signal: AbortSignal,
): Promise<Proof> {
  const rows = new ProofRows(terms.openFile);
  const ranges = new Map<string, ProofCollection["ranges"]>();
  const { collections } = compareReceipts(expected.sealed.receipt, actual.sealed.receipt);
  for (const { name } of collections) {
    if (expected.image !== null && actual.image !== null) {
      await compareCollection(name, expected, actual, rows, signal);
    } else {
      ranges.set(name, shownRanges(name, expected, actual, terms.showKey));
    }
  }
  const { store, level } = terms;
  const receipts = { expected: expected.sealed.receipt, actual: actual.sealed.receipt };
  return proofOf({ store, basis: "snapshot", level, ...receipts, rows, ranges });
}

async function compareCollection(
  name: string,
  expected: Side,
  actual: Side,
  into: ProofRows,
  signal: AbortSignal,
): Promise<void> {
  for (const range of differingRanges(treeOf(expected, name), treeOf(actual, name))) {
    const [before, after] = [expected, actual].map(({ image, sealed }) =>
      image !== null && hasTree(sealed, name) ? image.rows(name, range, signal) : nothing(),
    );
    for await (const { kind, key, times } of compareRows(before ?? nothing(), after ?? nothing())) {
      const shower = hasTree(expected.sealed, name) ? expected.image : actual.image;
      into.add(name, kind, shower?.showKey(name, key) ?? null, times);
    }
  }
}

async function* nothing(): AsyncGenerator<never> {}

function shownRanges(
  name: string,
  expected: Side,
  actual: Side,
  showKey: ProofTerms["showKey"],
): ProofCollection["ranges"] {
  const show = (key: Uint8Array | null): Json => (key === null ? null : showKey(name, key));
  return differingRanges(treeOf(expected, name), treeOf(actual, name)).map(({ after, upTo }) => ({
    after: show(after),
    upTo: show(upTo),
  }));
}

function hasTree({ trees }: SealedReceipt, name: string): boolean {
  return trees.some(({ collection }) => collection === name);
}

function treeOf({ sealed }: Side, name: string): Tree {
  const found = sealed.trees.find(({ collection }) => collection === name);
  return found ?? { collection: name, count: 0, leaves: [] };
}
