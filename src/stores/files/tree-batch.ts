import type { Listed } from "./list-tree.ts";
import { Marks } from "./marks.ts";
import type { RawPath } from "./raw-path.ts";
import {
  DIGEST_BYTES,
  FRESH,
  GONE,
  KEPT,
  LINKED,
  SPARSE,
  TROUBLE,
  type BatchReading,
} from "./read-batch.ts";

/** A file's content as it was read. */
export interface KeptContent {
  /** Bytes that were read: fewer than its size when it shrank meanwhile. */
  readonly size: number;
  readonly sha256: string;
  /** Where it lies in the spool; null for a large file, which is read again when it is stored. */
  readonly offset: number | null;
}

/** What was read of files, a row each. */
export interface ContentColumns {
  readonly sizes: Float64Array;
  /** 32 bytes each. */
  readonly digests: Uint8Array;
  /** Where they lie in the spool; -1 for a large file, which lies where it was. */
  readonly offsets: Float64Array;
}

/** Neighbours of a tree as they were read: a row each, in columns, so that an entry is small. */
export class TreeBatch {
  readonly listed: Listed;
  readonly rows: number;
  readonly marks: Marks;
  readonly #states: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #sizes: Float64Array;
  readonly #offsets: Float64Array;
  readonly #digests: Buffer;
  readonly #links: Map<number, RawPath>;
  readonly #codes: Map<number, string>;

  /** @param reading whose rows were read, or shall be taken over from others. */
  constructor(listed: Listed, reading: BatchReading) {
    const rows = reading.states.length;
    const isRead = reading.sizes.length === rows;
    this.listed = listed;
    this.rows = rows;
    this.marks = new Marks(reading.marks);
    this.#states = reading.states;
    this.#flags = reading.flags;
    this.#sizes = isRead ? reading.sizes : new Float64Array(rows);
    this.#offsets = isRead ? reading.offsets : new Float64Array(rows);
    this.#digests = isRead
      ? Buffer.from(reading.digests.buffer, reading.digests.byteOffset, reading.digests.byteLength)
      : Buffer.alloc(rows * DIGEST_BYTES);
    this.#links = new Map(reading.links);
    this.#codes = new Map(reading.codes);
  }

  /** Made anew each time that it is asked for. */
  get paths(): readonly RawPath[] {
    return this.listed.paths.split("\0");
  }

  /** Every entry is there, and old enough for the clock to tell a change. */
  get isSettled(): boolean {
    return this.#states.every((state, row) => state === KEPT && !this.isFresh(row));
  }

  get hasLinked(): boolean {
    return this.#states.includes(LINKED);
  }

  get hasTrouble(): boolean {
    return this.#codes.size > 0;
  }

  /** All of it is there and bears the marks of another. */
  isEvery(other: TreeBatch): boolean {
    const isThere = this.#states.every((state) => state === KEPT);
    return isThere && this.marks.bytes.equals(other.marks.bytes);
  }

  isGone(row: number): boolean {
    return this.#states[row] === GONE;
  }

  isKept(row: number): boolean {
    return this.#states[row] === KEPT;
  }

  /** It has other names, and was not read for this one. */
  isLinked(row: number): boolean {
    return this.#states[row] === LINKED;
  }

  isFresh(row: number): boolean {
    return ((this.#flags[row] ?? 0) & FRESH) !== 0;
  }

  isSparse(row: number): boolean {
    return ((this.#flags[row] ?? 0) & SPARSE) !== 0;
  }

  /** What the operating system said of it; null when it is not in trouble. */
  code(row: number): string | null {
    return this.#codes.get(row) ?? null;
  }

  link(row: number): RawPath | null {
    return this.#links.get(row) ?? null;
  }

  /** Null for what is no file. */
  content(row: number): KeptContent | null {
    if (!this.isKept(row) || this.marks.kind(row) !== "file") return null;
    const [size = 0, offset = 0] = [this.#sizes[row], this.#offsets[row]];
    const at = row * DIGEST_BYTES;
    const sha256 = this.#digests.toString("hex", at, at + DIGEST_BYTES);
    return { size, sha256, offset: offset < 0 ? null : offset };
  }

  /** Writes what was read of a file to a row of others. */
  copyContent(row: number, into: ContentColumns, at: number): void {
    const from = row * DIGEST_BYTES;
    into.sizes[at] = this.#sizes[row] ?? 0;
    into.offsets[at] = this.#offsets[row] ?? 0;
    this.#digests.copy(into.digests, at * DIGEST_BYTES, from, from + DIGEST_BYTES);
  }

  /** What was read of it is what was read of another. */
  isSame(row: number, other: TreeBatch, otherRow: number): boolean {
    if (this.#states[row] !== other.#states[otherRow]) return false;
    if (this.code(row) !== other.code(otherRow)) return false;
    if (!this.marks.isSame(row, other.marks, otherRow)) return false;
    if (this.link(row) !== other.link(otherRow)) return false;
    const [at, from] = [row * DIGEST_BYTES, otherRow * DIGEST_BYTES];
    const [end, to] = [at + DIGEST_BYTES, from + DIGEST_BYTES];
    return this.#digests.compare(other.#digests, from, to, at, end) === 0;
  }

  /** It was read twice, and was the same: that is as good as an older time. */
  settle(row: number): void {
    this.#flags[row] = (this.#flags[row] ?? 0) & ~FRESH;
  }

  /** Takes over what was read elsewhere, marks included. */
  take(row: number, from: TreeBatch, fromRow: number): void {
    this.marks.copy(row, from.marks, fromRow);
    this.#flags[row] = from.#flags[fromRow] ?? 0;
    this.takeContent(row, from, fromRow);
    const link = from.link(fromRow);
    if (link !== null) this.#links.set(row, link);
  }

  /** Takes over the content of a file that this is another name of, or why there is none. */
  takeContent(row: number, from: TreeBatch, fromRow: number): void {
    const state = from.#states[fromRow] ?? GONE;
    this.#states[row] = state;
    this.#sizes[row] = from.#sizes[fromRow] ?? 0;
    this.#offsets[row] = from.#offsets[fromRow] ?? 0;
    const at = fromRow * DIGEST_BYTES;
    from.#digests.copy(this.#digests, row * DIGEST_BYTES, at, at + DIGEST_BYTES);
    const code = from.code(fromRow);
    if (state === TROUBLE && code !== null) this.#codes.set(row, code);
    else this.#codes.delete(row);
  }
}
