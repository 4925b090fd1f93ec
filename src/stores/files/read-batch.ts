import { closeSync, fstatSync, lstatSync, readlinkSync, type BigIntStats } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";

import { SalvorError, systemCode } from "../../core/errors.ts";
import { sha256Hex } from "../../core/hash.ts";
import { TICK_NS } from "./clock.ts";
import { KIND_LETTERS, type Listed } from "./list-tree.ts";
import { Marks } from "./marks.ts";
import { placeOf, type RawPath } from "./raw-path.ts";
import { fill, LargeReading, openToRead, SMALL_BYTES } from "./read-file.ts";
import { SpoolLane, type Spool } from "./spool.ts";

/** Neighbours that are looked at, and what is wanted of them. */
export interface BatchOrder extends Listed {
  readonly root: string;
  /** Of the kernel's coarse clock, before the first of them is looked at. */
  readonly now: bigint;
  /** Null: their marks alone. */
  readonly read: {
    readonly spool: Spool;
    /** Large files are copied too. */
    readonly copiesAll: boolean;
    /** Files that have more than one name are read. */
    readonly linked: boolean;
  } | null;
}

/** It is gone, or something else by now. */
export const GONE = 0;
/** It was looked at, and read if that was wanted. */
export const KEPT = 1;
/** The operating system refused it. */
export const TROUBLE = 2;
/** A file with more names than one, which is read once for all of them. */
export const LINKED = 3;

/** Changed so lately that a change after it was read may bear the same time. */
export const FRESH = 1;
/** Fewer blocks than its size asks for: it has holes. */
export const SPARSE = 2;

/** Bytes of a digest. */
export const DIGEST_BYTES = 32;

/** What was seen of them, a row each. */
export interface BatchReading {
  readonly marks: BigInt64Array<ArrayBuffer>;
  readonly states: Uint8Array<ArrayBuffer>;
  readonly flags: Uint8Array<ArrayBuffer>;
  /** Bytes that were read. */
  readonly sizes: Float64Array<ArrayBuffer>;
  /** Where they lie in the spool; -1 for a large file, which is read again when it is stored. */
  readonly offsets: Float64Array<ArrayBuffer>;
  readonly digests: Uint8Array<ArrayBuffer>;
  /** Where links lead. */
  readonly links: readonly (readonly [row: number, target: RawPath])[];
  /** What the operating system said of those in trouble. */
  readonly codes: readonly (readonly [row: number, code: string])[];
}

/** Looks at neighbours, one after the other, and reads them if that is wanted. */
export function readBatch(order: BatchOrder): BatchReading {
  const paths = order.paths.split("\0");
  const reader = new BatchReader(order, paths.length);
  try {
    paths.forEach((path, row) => reader.look(path, row));
    return reader.finish();
  } finally {
    reader.close();
  }
}

/** So many rows take about two milliseconds to read. */
const TURN_ROWS = 128;

/** The same, with pauses in which others are heard. One at a time in a thread. */
export async function readBatchInTurns(order: BatchOrder): Promise<BatchReading> {
  const paths = order.paths.split("\0");
  const reader = new BatchReader(order, paths.length, true);
  try {
    for (const [row, path] of paths.entries()) {
      if (row % TURN_ROWS === TURN_ROWS - 1) await turn();
      reader.look(path, row);
      if (reader.hasLarge) await reader.readLargeInTurns();
    }
    return reader.finish();
  } finally {
    reader.close();
  }
}

class BatchReader {
  readonly #order: BatchOrder;
  readonly #marks: Marks;
  readonly #lane: SpoolLane | null;
  readonly #states: Uint8Array<ArrayBuffer>;
  readonly #flags: Uint8Array<ArrayBuffer>;
  readonly #sizes: Float64Array<ArrayBuffer>;
  readonly #offsets: Float64Array<ArrayBuffer>;
  readonly #digests: Buffer<ArrayBuffer>;
  readonly #links: [row: number, target: RawPath][] = [];
  readonly #codes: [row: number, code: string][] = [];

  /** A large file that is open, and is read when there is time. */
  #large: { readonly file: number; readonly row: number } | null = null;
  readonly #inTurns: boolean;

  constructor(order: BatchOrder, rows: number, inTurns = false) {
    this.#inTurns = inTurns;
    const read = order.read === null ? 0 : rows;
    this.#order = order;
    this.#marks = Marks.of(rows);
    this.#states = new Uint8Array(rows);
    this.#flags = new Uint8Array(rows);
    this.#sizes = new Float64Array(read);
    this.#offsets = new Float64Array(read);
    this.#digests = Buffer.from(new ArrayBuffer(read * DIGEST_BYTES));
    this.#lane = order.read === null ? null : new SpoolLane(order.read.spool, this.#offsets);
  }

  close(): void {
    this.#lane?.[Symbol.dispose]();
  }

  look(path: RawPath, row: number): void {
    const place = placeOf(this.#order.root, path);
    const isFile = this.#order.read !== null && this.#order.kinds[row] === KIND_LETTERS.file;
    try {
      this.#states[row] = isFile ? this.#file(place, row) : this.#other(place, row);
    } catch (error) {
      this.#tellTrouble(row, error);
    }
  }

  /** A large file waits for being read in turns. */
  get hasLarge(): boolean {
    return this.#large !== null;
  }

  async readLargeInTurns(): Promise<void> {
    const large = this.#large;
    this.#large = null;
    if (large === null) return;
    const { file, row } = large;
    try {
      const reading = this.#readingOf(file, row);
      while (reading.next()) await turn();
      const { size, sha256 } = reading.finish();
      this.#tell(row, size, sha256);
    } catch (error) {
      this.#tellTrouble(row, error);
    } finally {
      closeSync(file);
    }
  }

  finish(): BatchReading {
    this.#lane?.flush();
    return {
      marks: this.#marks.numbers,
      states: this.#states,
      flags: this.#flags,
      sizes: this.#sizes,
      offsets: this.#offsets,
      digests: this.#digests,
      links: this.#links,
      codes: this.#codes,
    };
  }

  #mark(row: number, stat: BigIntStats): void {
    this.#marks.set(row, stat);
    if (stat.ctimeNs >= this.#order.now - TICK_NS) this.#flags[row] = FRESH;
    if (stat.blocks * 512n < stat.size) this.#flags[row] = (this.#flags[row] ?? 0) | SPARSE;
  }

  #isAsListed(row: number): boolean {
    const kind = this.#marks.kind(row);
    return kind !== "other" && KIND_LETTERS[kind] === this.#order.kinds[row];
  }

  #other(place: string | Buffer, row: number): number {
    this.#mark(row, lstatSync(place, { bigint: true }));
    if (!this.#isAsListed(row)) return GONE; // another in its place
    if (this.#order.read !== null && this.#marks.kind(row) === "link")
      this.#links.push([row, readlinkSync(place, { encoding: "latin1" })]);
    return KEPT;
  }

  #file(place: string | Buffer, row: number): number {
    const [lane, { read }] = [this.#lane, this.#order];
    if (lane === null || read === null) return GONE;
    const file = this.#open(place, row);
    try {
      // An open file is asked in a quarter of the time: nobody has to find it by its name again.
      this.#mark(row, fstatSync(file, { bigint: true }));
      if (!this.#isAsListed(row)) return GONE;
      if (this.#marks.links(row) > 1 && !read.linked) return LINKED;
      const size = this.#marks.size(row);
      if (size <= SMALL_BYTES) this.#small(file, row, lane.room(size));
      else if (this.#inTurns) this.#large = { file, row };
      else this.#readLarge(file, row);
    } finally {
      if (this.#large === null) closeSync(file);
    }
    return KEPT;
  }

  /** What cannot be opened still has its marks. */
  #open(place: string | Buffer, row: number): number {
    try {
      return openToRead(place);
    } catch (error) {
      this.#mark(row, lstatSync(place, { bigint: true }));
      throw error;
    }
  }

  #small(file: number, row: number, room: Buffer): void {
    const count = fill(file, room, room.length);
    this.#tell(row, count, sha256Hex(room.subarray(0, count)));
    this.#lane?.keep(row, count);
  }

  #readLarge(file: number, row: number): void {
    const reading = this.#readingOf(file, row);
    while (reading.next());
    const { size, sha256 } = reading.finish();
    this.#tell(row, size, sha256);
  }

  #readingOf(file: number, row: number): LargeReading {
    const size = this.#marks.size(row);
    const take = this.#order.read?.copiesAll === true ? this.#lane?.long(row, size) : undefined;
    if (take === undefined) this.#offsets[row] = -1;
    return new LargeReading(file, size, take ?? null);
  }

  #tellTrouble(row: number, error: unknown): void {
    const code = systemCode(error);
    if (code === null || error instanceof SalvorError) throw error; // no room for the copy
    this.#states[row] = VANISHED.has(code) ? GONE : TROUBLE;
    if (!VANISHED.has(code)) this.#codes.push([row, code]);
  }

  #tell(row: number, size: number, sha256: string): void {
    this.#sizes[row] = size;
    this.#digests.write(sha256, row * DIGEST_BYTES, "hex");
  }
}

/** Gone, or something else by now, between the listing, the look and the opening. */
const VANISHED: ReadonlySet<string> = new Set(["ELOOP", "EINVAL", "ENOENT", "ENOTDIR", "ENXIO"]);
