import { copyBytes } from "../../../core/copy-bytes.ts";
import type { Value } from "../../../receipts/types.ts";
import { writeRecord } from "../../../receipts/canonical.ts";
import { ABSENT, isCanonical, isSmallest, PLAIN, REAL } from "./record-check.ts";
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

const NOTHING = new Uint8Array(0);
/** What a column can grow by: its type in the header, and an integer that becomes a real. */
const COLUMN_BYTES_MAX = 17;
/** Room grows twofold up to here, so that it seldom grows; above it, only as asked. */
const DOUBLED_BYTES = 1024 * 1024;
/** Below this, a loop copies faster than a call does. */
const COPY_BYTES = 32;

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
    if (this.#patch(bytes, start, end)) return true;
    if (!this.#columns.read(bytes, start, end)) return false;
    this.#rewrite(bytes, end - start);
    return true;
  }

  /**
   * The common deviation, fast: every column is there and every type keeps its place in a header of
   * less than 128 bytes, only some numbers are spelt otherwise. False when it is more than that.
   */
  #patch(bytes: Uint8Array, start: number, end: number): boolean {
    const headerLength = bytes[start] as number;
    if (headerLength >= 128 || headerLength > end - start) return false;
    this.#reserve(end - start + this.#rules.length * COLUMN_BYTES_MAX);
    const scratch = this.#scratch;
    for (let at = 0; at < headerLength; at++) scratch[at] = bytes[start + at] as number;

    let to = headerLength;
    let type = 1;
    let body = start + headerLength;
    let copied = body;
    for (let column = 0; column < this.#rules.length; column++) {
      if (type >= headerLength) return false;
      let serial = bytes[start + type++] as number;
      if (serial >= 128) {
        const second = bytes[start + type++] as number;
        if (serial === 128 || second >= 128) return false;
        serial = ((serial & 127) << 7) | second;
      }
      if (serial === 10 || serial === 11) return false;
      const width = bodyLength(serial);
      const fitting = this.#fittingSerial(bytes, body, serial, column);
      if (fitting !== serial) {
        if (serial >= 128) return false;
        copy(bytes, copied, body - copied, scratch, to);
        to += body - copied;
        scratch[type - 1] = fitting;
        const needed = bodyLength(fitting);
        if (fitting === 7) this.#view.setFloat64(to, integer(bytes, body, serial));
        else copy(bytes, body + width - needed, needed, scratch, to);
        to += needed;
        copied = body + width;
      }
      body += width;
      if (body > end) return false;
    }
    if (type !== headerLength) return false;
    copy(bytes, copied, body - copied, scratch, to);
    this.bytes = scratch;
    this.start = 0;
    this.end = to + body - copied;
    return true;
  }

  #rewrite(bytes: Uint8Array, length: number): void {
    const columns = this.#rules.length;
    let bound = length + columns * COLUMN_BYTES_MAX;
    for (let column = 0; column < columns; column++) {
      this.#serials[column] = this.#serialOf(bytes, column);
      if (column >= this.#columns.count) bound += this.#missing[column]?.body.length ?? 0;
    }
    this.#reserve(bound);
    let at = writeHeader(this.#scratch, this.#serials);
    for (let column = 0; column < columns; column++) at = this.#writeBody(bytes, column, at);
    this.bytes = this.#scratch;
    this.start = 0;
    this.end = at;
  }

  #writeBody(bytes: Uint8Array, column: number, at: number): number {
    const serial = this.#serials[column] as number;
    const width = bodyLength(serial);
    if (column >= this.#columns.count) {
      const body = this.#missing[column]?.body ?? NOTHING;
      copy(body, 0, body.length, this.#scratch, at);
      return at + width;
    }
    const stored = this.#columns.serials[column] as number;
    const start = this.#columns.starts[column] as number;
    if (serial === 7 && stored !== 7) this.#view.setFloat64(at, integer(bytes, start, stored));
    // The low bytes of an integer, or all of anything else.
    else copy(bytes, start + bodyLength(stored) - width, width, this.#scratch, at);
    return at + width;
  }

  /** The serial type of a column's canonical value. */
  #serialOf(bytes: Uint8Array, column: number): number {
    if (this.#rules[column] === ABSENT) return 0;
    if (column >= this.#columns.count) return this.#missing[column]?.serial ?? 0;
    const serial = this.#columns.serials[column] as number;
    return this.#fittingSerial(bytes, this.#columns.starts[column] as number, serial, column);
  }

  /** The canonical type of a stored value of type `serial`. A text stays what it is, but for ABSENT. */
  #fittingSerial(bytes: Uint8Array, start: number, serial: number, column: number): number {
    if (serial === 0) return 0;
    const rule = this.#rules[column];
    if (rule === ABSENT) return 0;
    if (serial >= 12) return serial;
    if (serial === 7) return isNaN64(bytes, start) ? 0 : 7;
    return rule === REAL ? 7 : smallestSerial(bytes, start, serial);
  }

  #reserve(length: number): void {
    if (this.#scratch.length >= length) return;
    this.#scratch = new Uint8Array(Math.max(length, Math.min(2 * length, DOUBLED_BYTES)));
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
  if (((bytes[at] as number) & 127) !== 127) return false;
  const second = bytes[at + 1] as number;
  if (second !== 240) return second > 240;
  for (let place = at + 2; place < at + 8; place++) if (bytes[place] !== 0) return true;
  return false;
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
  if (serial >= 8 || isSmallest(bytes, start, serial)) return serial;
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

function copy(from: Uint8Array, start: number, length: number, into: Uint8Array, at: number): void {
  if (length > COPY_BYTES) return copyBytes(from, start, start + length, into, at);
  for (let index = 0; index < length; index++) into[at + index] = from[start + index] as number;
}
