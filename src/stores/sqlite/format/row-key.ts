import { bodyLength, RecordColumns } from "./record-columns.ts";

const INTEGER = 1;
const REAL = 2;
const TEXT = 3;
const BLOB = 4;

/** Writes canonical keys from canonical records: the members of `key`, by place in the record. */
export class RowKey {
  /** The key of the row that was written last, in `0..length`. */
  bytes = new Uint8Array(256);
  readonly #key: readonly number[];
  readonly #columns: RecordColumns;

  constructor(key: readonly number[]) {
    this.#key = key;
    this.#columns = new RecordColumns(Math.max(...key) + 1);
  }

  /** Returns the length of the key. */
  write(record: Uint8Array, start: number, end: number): number {
    this.#columns.read(record, start, end);
    this.#reserve();
    let at = 0;
    for (const member of this.#key) {
      const serial = this.#columns.serials[member] as number;
      at = this.#writeValue(record, this.#columns.starts[member] as number, serial, at);
    }
    return at;
  }

  /** Escaping doubles bytes at most; tag and end, or a widened number, take the rest. */
  #reserve(): void {
    let bound = 0;
    for (const member of this.#key)
      bound += 2 * bodyLength(this.#columns.serials[member] as number) + 9;
    if (this.bytes.length < bound) this.bytes = new Uint8Array(bound);
  }

  #writeValue(record: Uint8Array, start: number, serial: number, at: number): number {
    if (serial === 0) {
      this.bytes[at] = 0;
      return at + 1;
    }
    if (serial >= 12) return this.#writeBytes(record, start, serial, at);
    if (serial === 7) return this.#writeReal(record, start, at);
    return this.#writeInteger(record, start, serial, at);
  }

  #writeBytes(record: Uint8Array, start: number, serial: number, at: number): number {
    const end = start + bodyLength(serial);
    const { bytes } = this;
    let place = at;
    bytes[place++] = serial % 2 === 0 ? BLOB : TEXT;
    for (let from = start; from < end; from++) {
      const byte = record[from] as number;
      bytes[place++] = byte;
      if (byte === 0) bytes[place++] = 255;
    }
    bytes[place] = 0;
    bytes[place + 1] = 0;
    return place + 2;
  }

  #writeReal(record: Uint8Array, start: number, at: number): number {
    const { bytes } = this;
    const negative = (record[start] as number) >= 128 && !isNegativeZero(record, start);
    bytes[at] = REAL;
    for (let index = 0; index < 8; index++) {
      const byte = record[start + index] as number;
      bytes[at + 1 + index] = negative ? byte ^ 255 : byte;
    }
    if (!negative) bytes[at + 1] = (bytes[at + 1] as number) | 128;
    return at + 9;
  }

  #writeInteger(record: Uint8Array, start: number, serial: number, at: number): number {
    const { bytes } = this;
    const width = bodyLength(serial);
    const fill = width > 0 && (record[start] as number) >= 128 ? 255 : 0;
    bytes[at] = INTEGER;
    bytes.fill(fill, at + 1, at + 9);
    for (let index = 0; index < width; index++)
      bytes[at + 9 - width + index] = record[start + index] as number;
    if (serial === 9) bytes[at + 8] = 1;
    bytes[at + 1] = (bytes[at + 1] as number) ^ 128;
    return at + 9;
  }
}

function isNegativeZero(record: Uint8Array, start: number): boolean {
  if (record[start] !== 128) return false;
  for (let at = start + 1; at < start + 8; at++) if (record[at] !== 0) return false;
  return true;
}

/** Writes the key of a row id, given as two halves of 32 bits, into the first nine bytes. */
export function writeRowidKey(into: Uint8Array, high: number, low: number): void {
  into[0] = INTEGER;
  into[1] = (high >>> 24) ^ 128;
  into[2] = high >>> 16;
  into[3] = high >>> 8;
  into[4] = high;
  into[5] = low >>> 24;
  into[6] = low >>> 16;
  into[7] = low >>> 8;
  into[8] = low;
}
