import type { Json } from "../core/json.ts";
import { compareReceipts } from "../receipts/compare.ts";
import { compareRows } from "../receipts/compare-rows.ts";
import type { Proof, ProofCollection } from "../receipts/proof.ts";
import { ProofRows } from "../receipts/proof-rows.ts";
import { differingRanges } from "../receipts/ranges.ts";
import type { Receipt, SealedReceipt, Tree } from "../receipts/types.ts";
import type { AmendedCollection } from "../stores/amended-collection.ts";
import type { Image } from "../stores/types.ts";
import { isRemark, type StoreProof } from "./prove-store.ts";

/** Rows that one snapshot gave back, and that snapshot itself. */
export interface MergeSource {
  readonly image: Image;
  readonly sealed: SealedReceipt;
  readonly collections: readonly AmendedCollection[];
}

/** A live store that rows went back to. */
export interface MergeQuestion {
  readonly store: string;
  /** As it was before. */
  readonly before: SealedReceipt;
  readonly sources: readonly MergeSource[];
  readonly live: Image;
}

/**
 * Proves that the live store holds what the snapshots had, but for what was refused by name, besides
 * all the rest that it had before; and lets the engine check it.
 */
export async function proveMerge(
  { store, before, sources, live }: MergeQuestion,
  signal: AbortSignal,
): Promise<StoreProof> {
  const [actual, seen] = await Promise.all([
    live.seal({ portable: false }, signal),
    Array.fromAsync(live.check(signal)),
  ]);
  const rows = new ProofRows(null);
  let newer = 0;
  for (const source of sources) {
    for (const collection of source.collections) {
      newer += await compareMerged(collection, { source, actual, live, rows }, signal);
    }
  }
  const complaints = seen.filter((each) => !isRemark(each)).map(({ description }) => description);
  const unchecked = seen.filter(isRemark).map(({ description }) => description);
  const told = sources.flatMap(({ collections }) => collections);
  const facts = { store, before: before.receipt, actual: actual.receipt, rows, newer, told };
  const proof = mergeProof(facts, complaints.length === 0);
  return { proof, actual, complaints, unchecked };
}

interface Compared {
  readonly source: MergeSource;
  readonly actual: SealedReceipt;
  readonly live: Image;
  readonly rows: ProofRows;
}

/** Adds the rows that are missing without a word; returns how many are newer than the snapshot. */
async function compareMerged(
  { name, created, refused, refusedTotal }: AmendedCollection,
  { source, actual, live, rows }: Compared,
  signal: AbortSignal,
): Promise<number> {
  // It was refused as a whole, which is declared.
  if (!created && refused.some(({ key }) => key === null)) return 0;
  const named = new Set(refused.map(({ key }) => JSON.stringify(key)));
  const unnamed: { readonly key: Json; readonly times: number }[] = [];
  let [newer, silent] = [0, refusedTotal - refused.length];
  const [then, now] = [treeOf(source.sealed, name), treeOf(actual, name)];
  for (const range of differingRanges(then, now)) {
    const found = compareRows(
      then.count === 0 ? nothing() : source.image.rows(name, range, signal),
      now.count === 0 ? nothing() : live.rows(name, range, signal),
    );
    for await (const { kind, key, times } of found) {
      const shown = source.image.showKey(name, key);
      if (kind !== "missing") newer += times;
      else if (!named.has(JSON.stringify(shown))) unnamed.push({ key: shown, times });
    }
  }
  for (const { key, times } of unnamed) {
    silent -= times; // those beyond the list of refused rows are known by their number only
    if (silent < 0) rows.add(name, "missing", key, times);
  }
  return newer;
}

async function* nothing(): AsyncGenerator<never> {}

function treeOf({ trees }: SealedReceipt, name: string): Tree {
  const found = trees.find(({ collection }) => collection === name);
  return found ?? { collection: name, count: 0, leaves: [] };
}

interface MergeFacts {
  readonly store: string;
  readonly before: Receipt;
  readonly actual: Receipt;
  readonly rows: ProofRows;
  readonly newer: number;
  readonly told: readonly AmendedCollection[];
}

function mergeProof(facts: MergeFacts, isSound: boolean): Proof {
  const { store, before, actual, rows } = facts;
  const { schema } = compareReceipts(before, actual);
  const gone = schema.filter(({ change }) => change === "missing");
  const missing = gone.map(({ kind, name }) => `${kind} ${name}`);
  const collections = collectionsOf(facts);
  const isThere = collections.every(
    ({ expected, actual: now }) => expected === null || now !== null,
  );
  const equal = rows.total === 0 && missing.length === 0 && isThere;
  return {
    store,
    basis: "merge",
    equal,
    level: isSound ? (equal ? "complete" : "restorable") : "stored",
    // What is expected is the snapshot plus what is newer: that has no receipt but this one.
    expected: equal ? actual.digest : before.digest,
    actual: actual.digest,
    collections,
    schema: { equal: missing.length === 0, missing, extra: [], changed: [] },
    origins: originsOf(facts),
    documents: [],
    references: actual.references.map(({ from, to, orphans }) => ({
      from,
      to,
      expected: orphans,
      actual: orphans,
    })),
    rules: [],
  };
}

function collectionsOf({ before, actual, rows }: MergeFacts): readonly ProofCollection[] {
  const names = new Set([...Object.keys(before.collections), ...Object.keys(actual.collections)]);
  return [...names].toSorted().map((name) => {
    const [then, now] = [before.collections[name] ?? null, actual.collections[name] ?? null];
    const lists = rows.of(name);
    const isWhole = now !== null && lists.total.missing === 0;
    return { name, expected: isWhole ? now : then, actual: now, ...lists, ranges: [] };
  });
}

function originsOf({ actual, newer, told }: MergeFacts): Proof["origins"] {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const all = sum(Object.values(actual.collections).map(({ count }) => count));
  const restored = sum(told.map(({ back }) => back));
  const lost = sum(told.map(({ refusedTotal, forgotten }) => refusedTotal - forgotten));
  const unchanged = Math.max(0, all - restored - newer);
  return { unchanged, repaired: 0, restored, salvaged: 0, newer, lost };
}
