import { readVarint, varintLength, writeVarint } from "../../../receipts/varint.ts";

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

  constructor(columns: number) {
    this.serials = new Float64Array(columns);
    this.starts = new Float64Array(columns);
  }

  /** False when the bytes are no record. Numbers that are longer than they need to be are read. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    const header = readLooseVarint(bytes, start, end);
    if (header === null || header.value < header.end - start) return false;
    const headerEnd = start + header.value;
    if (headerEnd > end) return false;
    let body = headerEnd;
    this.count = 0;
    for (let at = header.end; at < headerEnd && this.count < this.serials.length;) {
      const serial = readLooseVarint(bytes, at, headerEnd);
      if (serial === null || serial.value === 10 || serial.value === 11) return false;
      this.serials[this.count] = serial.value;
      this.starts[this.count++] = body;
      body += bodyLength(serial.value);
      if (body > end) return false;
      at = serial.end;
    }
    return true;
  }
}

/** A number in as many bytes as somebody wrote, if it stays exact. */
function readLooseVarint(
  bytes: Uint8Array,
  at: number,
  limit: number,
): { value: number; end: number } | null {
  const minimal = readVarint(bytes, at, limit);
  if (minimal !== null) return minimal;
  let value = 0;
  for (let place = at; place < limit && place < at + 9; place++) {
    const byte = bytes[place] as number;
    value = place === at + 8 ? value * 256 + byte : value * 128 + (byte & 127);
    if (value > Number.MAX_SAFE_INTEGER) return null;
    if (byte < 128 || place === at + 8) return { value, end: place + 1 };
  }
  return null;
}

/** Writes the header of a record and returns the place behind it. */
export function writeHeader(into: Uint8Array, serials: Float64Array): number {
  let types = 0;
  for (const serial of serials) types += varintLength(serial);
  const guess = types + varintLength(types);
  const length = varintLength(guess) === varintLength(types) ? guess : guess + 1;
  let at = writeVarint(into, 0, length);
  for (const serial of serials) at = writeVarint(into, at, serial);
  return at;
}
