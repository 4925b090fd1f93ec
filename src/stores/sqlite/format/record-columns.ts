import { varintLength, writeVarint } from "../../../receipts/varint.ts";

/** Bytes of the body of a serial type; 10 and 11 are not used by any database. */
export function bodyLength(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  if (serial <= 4) return serial;
  if (serial === 5) return 6;
  return serial <= 7 ? 8 : 0;
}

/** Serial types and bodies of one record, reused for the next. `starts` are places in `bytes`. */
export class RecordColumns {
  readonly serials: Float64Array;
  readonly starts: Float64Array;
  /** How many the record has, at most as many as were asked for. */
  count = 0;
  /** Where the last number ended. */
  #at = 0;

  constructor(columns: number) {
    this.serials = new Float64Array(columns);
    this.starts = new Float64Array(columns);
  }

  /** False when the bytes are no record. Numbers that are longer than they need to be are read. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.count = 0;
    if (start >= end) return false;
    const headerLength = this.#readNumber(bytes, start, end);
    const headerEnd = start + headerLength;
    if (headerEnd < this.#at || headerEnd > end) return false;
    let body = headerEnd;
    const wanted = this.serials.length;
    while (this.#at < headerEnd && this.count < wanted) {
      const serial = this.#readNumber(bytes, this.#at, headerEnd);
      if (serial < 0 || serial === 10 || serial === 11) return false;
      this.serials[this.count] = serial;
      this.starts[this.count++] = body;
      body += bodyLength(serial);
      if (body > end) return false;
    }
    return true;
  }

  /** A number in as many bytes as somebody wrote; negative when it is cut off or not exact. */
  #readNumber(bytes: Uint8Array, start: number, limit: number): number {
    const first = bytes[start] as number;
    this.#at = start + 1;
    if (first < 128) return first;
    let value = first & 127;
    for (let at = start + 1; at < limit && at < start + 9; at++) {
      const byte = bytes[at] as number;
      const isLast = at === start + 8;
      value = isLast ? value * 256 + byte : value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) return -1;
      if (byte >= 128 && !isLast) continue;
      this.#at = at + 1;
      return value;
    }
    return -1;
  }
}

/** Writes the header of a record and returns the place behind it. */
export function writeHeader(into: Uint8Array, serials: Float64Array): number {
  let types = 0;
  for (let column = 0; column < serials.length; column++)
    types += varintLength(serials[column] as number);
  const guess = types + varintLength(types);
  const length = varintLength(guess) === varintLength(types) ? guess : guess + 1;
  let at = writeVarint(into, 0, length);
  for (let column = 0; column < serials.length; column++)
    at = writeVarint(into, at, serials[column] as number);
  return at;
}
