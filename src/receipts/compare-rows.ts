import type { Entry } from "./types.ts";

/** What happened to one row, or to `times` equal ones. */
export interface RowDifference {
  /** `missing`: expected but not there; `extra`: there but not expected; `changed`: another content. */
  readonly kind: "missing" | "extra" | "changed";
  /** Canonical bytes, the receiver's own. */
  readonly key: Uint8Array;
  readonly times: number;
}

/**
 * The rows in which two collections differ, in the order of their keys. Both come in the order of
 * their keys, over the same range. Where a key stands more than once, its rows are compared as
 * multisets. Holds the distinct rows of one key at a time.
 */
export async function* compareRows(
  expected: AsyncIterable<Entry>,
  actual: AsyncIterable<Entry>,
): AsyncGenerator<RowDifference> {
  await using left = new Groups(expected);
  await using right = new Groups(actual);
  let [a, b] = [await left.next(), await right.next()];
  while (a !== null || b !== null) {
    const order = a === null ? 1 : b === null ? -1 : Buffer.compare(a.key, b.key);
    if (a !== null && order < 0) yield { kind: "missing", key: a.key, times: sizeOf(a) };
    else if (b !== null && order > 0) yield { kind: "extra", key: b.key, times: sizeOf(b) };
    else if (a !== null && b !== null) yield* compareGroups(a, b);
    if (order <= 0) a = await left.next();
    if (order >= 0) b = await right.next();
  }
}

/** The rows of one key. */
interface Group {
  readonly key: Uint8Array;
  /** Distinct rows in ascending order, with how often each stands there. */
  readonly rows: { readonly row: Uint8Array; times: number }[];
}

function* compareGroups(a: Group, b: Group): Generator<RowDifference> {
  const common = commonRows(a, b);
  const missing = sizeOf(a) - common;
  const extra = sizeOf(b) - common;
  const changed = Math.min(missing, extra);
  const { key } = a;
  if (changed > 0) yield { kind: "changed", key, times: changed };
  if (missing > changed) yield { kind: "missing", key, times: missing - changed };
  if (extra > changed) yield { kind: "extra", key, times: extra - changed };
}

function commonRows(a: Group, b: Group): number {
  let common = 0;
  for (let inA = 0, inB = 0; ;) {
    const [left, right] = [a.rows[inA], b.rows[inB]];
    if (left === undefined || right === undefined) return common;
    const order = Buffer.compare(left.row, right.row);
    if (order === 0) common += Math.min(left.times, right.times);
    if (order <= 0) inA++;
    if (order >= 0) inB++;
  }
}

function sizeOf({ rows }: Group): number {
  return rows.reduce((sum, { times }) => sum + times, 0);
}

/** Reads entries key by key. What it hands out are copies. */
class Groups implements AsyncDisposable {
  readonly #entries: AsyncIterator<Entry>;
  #next: Entry | null = null;
  #started = false;

  constructor(entries: AsyncIterable<Entry>) {
    this.#entries = entries[Symbol.asyncIterator]();
  }

  async next(): Promise<Group | null> {
    if (!this.#started) await this.#read();
    if (this.#next === null) return null;

    const group: Group = { key: this.#next.key.slice(), rows: [] };
    while (this.#next !== null && Buffer.compare(this.#next.key, group.key) === 0) {
      const last = group.rows.at(-1);
      const { row } = this.#next;
      if (last !== undefined && Buffer.compare(last.row, row) === 0) last.times++;
      else group.rows.push({ row: row.slice(), times: 1 });
      await this.#read();
    }
    return group;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#entries.return?.();
  }

  async #read(): Promise<void> {
    this.#started = true;
    const result = await this.#entries.next();
    this.#next = result.done === true ? null : result.value;
  }
}
