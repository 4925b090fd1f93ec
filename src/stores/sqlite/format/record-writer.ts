import type { Value } from "../../../receipts/types.ts";
import { writeRecord } from "../../../receipts/canonical.ts";
import { ABSENT, isCanonical, PLAIN, REAL } from "./record-check.ts";
import { bodyLength, RecordColumns, writeHeader } from "./record-columns.ts";

/** One column of a stored record. */
export interface RecordColumn {
  /** REAL affinity: integers on disk are reals. */
  readonly isReal: boolean;
  /** The row id's alias: the record holds nothing for it. */
  readonly isRowid: boolean;
  /** What rows show that are older than the column. */
  readonly whenMissing: Value;
}

interface Missing {
  readonly serial: number;
  readonly body: Uint8Array;
}

/** A header takes at most so many bytes a column, and its own length. */
const HEADER_BYTES_MAX = 9;

/**
 * Gives each record its one canonical spelling. What is spelt so already is handed out where it
 * lies; the rest is written anew. The answer is in `bytes`, `start` and `end` until the next call.
 */
export class RecordWriter {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  readonly #rules: Uint8Array;
  readonly #missing: readonly Missing[];
  readonly #columns: RecordColumns;
  readonly #serials: Float64Array;
  #scratch: Uint8Array;
  #view: DataView;

  constructor(columns: readonly RecordColumn[]) {
    this.#rules = Uint8Array.from(columns, ({ isReal, isRowid }) =>
      isRowid ? ABSENT : isReal ? REAL : PLAIN,
    );
    this.#missing = columns.map(({ whenMissing }) => missing(whenMissing));
    this.#columns = new RecordColumns(columns.length);
    this.#serials = new Float64Array(columns.length);
    this.#scratch = new Uint8Array(4096);
    this.#view = new DataView(this.#scratch.buffer);
  }

  /** False when the bytes are no record. */
  normalise(bytes: Uint8Array, start: number, end: number): boolean {
    if (isCanonical(bytes, start, end, this.#rules)) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
      return true;
    }
    if (!this.#columns.read(bytes, start, end)) return false;
    this.#rewrite(bytes, end - start);
    return true;
  }

  #rewrite(bytes: Uint8Array, length: number): void {
    const { count, starts } = this.#columns;
    let bound = length;
    for (let column = 0; column < this.#rules.length; column++) {
      this.#serials[column] = this.#serialOf(bytes, column);
      bound += HEADER_BYTES_MAX + 8;
      if (column >= count) bound += this.#missing[column]?.body.length ?? 0;
    }
    this.#reserve(bound);
    let at = writeHeader(this.#scratch, this.#serials);
    for (let column = 0; column < this.#rules.length; column++) {
      const serial = this.#serials[column] as number;
      const width = bodyLength(serial);
      const stored = this.#columns.serials[column] as number;
      const start = starts[column] as number;
      if (column >= count) this.#scratch.set(this.#missing[column]?.body ?? [], at);
      else if (serial === 7 && stored !== 7)
        this.#view.setFloat64(at, integer(bytes, start, stored));
      else if (serial >= 12) this.#scratch.set(bytes.subarray(start, start + width), at);
      else copyTail(bytes, start + bodyLength(stored), width, this.#scratch, at);
      at += width;
    }
    this.bytes = this.#scratch;
    this.start = 0;
    this.end = at;
  }

  /** The serial type of a column's canonical value. */
  #serialOf(bytes: Uint8Array, column: number): number {
    const rule = this.#rules[column];
    if (rule === ABSENT) return 0;
    if (column >= this.#columns.count) return this.#missing[column]?.serial ?? 0;
    const serial = this.#columns.serials[column] as number;
    const start = this.#columns.starts[column] as number;
    if (serial === 0 || serial >= 12) return serial;
    if (serial === 7) return isNaN64(bytes, start) ? 0 : 7;
    return rule === REAL ? 7 : smallestSerial(bytes, start, serial);
  }

  #reserve(length: number): void {
    if (this.#scratch.length >= length) return;
    this.#scratch = new Uint8Array(2 * length);
    this.#view = new DataView(this.#scratch.buffer);
  }
}

function missing(value: Value): Missing {
  const record = writeRecord([value]);
  const columns = new RecordColumns(1);
  columns.read(record, 0, record.length);
  return { serial: columns.serials[0] ?? 0, body: record.subarray(columns.starts[0] ?? 0) };
}

function isNaN64(bytes: Uint8Array, at: number): boolean {
  return Number.isNaN(new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0));
}

/** The integer as a double, rounded once as the engine does it. */
function integer(bytes: Uint8Array, start: number, serial: number): number {
  if (serial >= 8) return serial - 8;
  const width = bodyLength(serial);
  if (width === 8) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, 8);
    return view.getInt32(0) * 0x1_0000_0000 + view.getUint32(4);
  }
  let value = ((bytes[start] as number) << 24) >> 24;
  for (let at = start + 1; at < start + width; at++) value = value * 256 + (bytes[at] as number);
  return value;
}

const WIDTHS: readonly number[] = [0, 1, 2, 3, 4, 6, 8];

function smallestSerial(bytes: Uint8Array, start: number, serial: number): number {
  if (serial >= 8) return serial;
  const width = bodyLength(serial);
  const last = bytes[start + width - 1] as number;
  let needed = width;
  for (let at = start; needed > 1; at++, needed--) {
    const sign = bytes[at] as number;
    if (sign !== 0 && sign !== 255) break;
    if ((sign === 0) !== (bytes[at + 1] as number) < 128) break;
  }
  if (needed === 1 && last <= 1) return 8 + last;
  return WIDTHS.findIndex((each) => each >= needed);
}

/** Copies the `width` bytes that end at `end`: the low bytes of an integer, or all of a real. */
function copyTail(
  bytes: Uint8Array,
  end: number,
  width: number,
  into: Uint8Array,
  at: number,
): void {
  for (let index = 0; index < width; index++)
    into[at + index] = bytes[end - width + index] as number;
}
