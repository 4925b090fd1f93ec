import { messageOf, SalvorError } from "../core/errors.ts";
import { compareRows } from "../receipts/compare-rows.ts";
import { type KeyFile, ProofRows, type RowLists } from "../receipts/proof-rows.ts";
import type { Entry } from "../receipts/types.ts";
import type { Image, KeyRange } from "../stores/types.ts";
import type { Side } from "./prove.ts";

/** What of one collection can be read beside its damage. */
export interface ReadableRows {
  readonly name: string;
  /** Rows that the restored state has not, as far as they can be read. */
  readonly lists: RowLists;
  /** Why not all of it could be read; null when it could. */
  readonly trouble: string | null;
}

/** A damaged state, and the one that took its place. */
export interface ReadableQuestion {
  readonly restored: Side;
  readonly kept: Image;
  /** Collections that may have changed since the snapshot; null: any may. */
  readonly changed: readonly string[] | null;
  readonly openFile: () => KeyFile;
}

const ALL: KeyRange = { after: null, upTo: null };

/** Reads a damaged image collection by collection: damage in one says nothing about the others. */
export async function readableRows(
  question: ReadableQuestion,
  signal: AbortSignal,
): Promise<readonly ReadableRows[]> {
  const rows = new ProofRows(question.openFile);
  const found: { readonly name: string; readonly trouble: string | null }[] = [];
  for (const { name } of await question.kept.collections(signal)) {
    if (question.changed?.includes(name) === false) continue;
    const trouble = await readCollection(question, { name, rows }, signal);
    found.push({ name, trouble });
  }
  return found.map((each) => ({ ...each, lists: rows.of(each.name) }));
}

interface Reading {
  readonly name: string;
  readonly rows: ProofRows;
}

/** All of it; or else what lies behind the last row of the snapshot, where new rows mostly are. */
async function readCollection(
  question: ReadableQuestion,
  reading: Reading,
  signal: AbortSignal,
): Promise<string | null> {
  const trouble = await readRange(question, reading, ALL, signal);
  if (trouble === null) return null;
  const tree = question.restored.sealed.trees.find(({ collection }) => collection === reading.name);
  const last = tree?.leaves.at(-1)?.lastKey;
  if (last !== undefined) await readRange(question, reading, { after: last, upTo: null }, signal);
  return trouble;
}

/** Why it cannot be read, or null. A driver reads a range whole before the first row comes out. */
async function readRange(
  { restored, kept }: ReadableQuestion,
  { name, rows }: Reading,
  range: KeyRange,
  signal: AbortSignal,
): Promise<string | null> {
  const isThere = Object.hasOwn(restored.sealed.receipt.collections, name);
  const { image } = restored;
  const before = image === null || !isThere ? nothing() : image.rows(name, range, signal);
  try {
    // Asked first: where damage is met, the other side need not be read at all.
    const after = await begun(kept.rows(name, range, signal));
    for await (const { kind, key, times } of compareRows(before, after)) {
      if (kind !== "missing") rows.add(name, kind, kept.showKey(name, key), times);
    }
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    return messageOf(error);
  }
}

/** The same rows, the first of which is there already. */
async function begun(rows: AsyncIterable<Entry>): Promise<AsyncIterable<Entry>> {
  const reading = rows[Symbol.asyncIterator]();
  const first = await reading.next();
  return {
    [Symbol.asyncIterator]: () => ({
      next: onceThen(first, () => reading.next()),
      return: async () => (await reading.return?.()) ?? { done: true, value: undefined },
    }),
  };
}

function onceThen<T>(first: T, later: () => Promise<T>): () => Promise<T> {
  let isFirst = true;
  return async () => {
    if (!isFirst) return later();
    isFirst = false;
    return first;
  };
}

async function* nothing(): AsyncGenerator<Entry> {}
