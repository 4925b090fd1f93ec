import type { SQLOutputValue } from "node:sqlite";

import { writeVarint } from "../../receipts/varint.ts";

const HEADER_MAX = 64 * 1024;
const ASCII_MAX = 48;
const TWO_32 = 0x1_0000_0000;

/**
 * Writes rows as the engine gives them (numbers as numbers) in canonical form, into buffers of its
 * own. Whether a whole number is an integer or a real is told by the column: the engine stores it as
 * an integer wherever the column's affinity is numeric.
 */
export class RowEncoder {
  /** The row's bytes are `bytes[0, end)` after each `encode`. */
  bytes: Buffer = Buffer.alloc(64 * 1024);
  end = 0;
  #body: Buffer = Buffer.alloc(64 * 1024);
  readonly #header = Buffer.alloc(HEADER_MAX);
  readonly #isReal: readonly boolean[];

  /** @param isReal for each column: do whole numbers in it stand for reals? */
  constructor(isReal: readonly boolean[]) {
    this.#isReal = isReal;
  }

  /** Encodes a row; the column at `except` (the row id's) becomes NULL, as on disk. */
  encode(row: readonly SQLOutputValue[], except: number): void {
    const header = this.#header;
    let headerEnd = 0;
    let bodyEnd = 0;
    for (let index = 0; index < row.length; index += 1) {
      const value = index === except ? null : row[index];
      if (value === null || value === undefined) {
        header[headerEnd++] = 0;
      } else if (typeof value === "number") {
        if (this.#body.length < bodyEnd + 8) this.#grow(bodyEnd + 8);
        const isReal = this.#isReal[index] === true || !Number.isInteger(value);
        const type = isReal ? this.#real(value, bodyEnd) : this.#integer(value, bodyEnd);
        header[headerEnd++] = type;
        bodyEnd += INTEGER_BYTES[type] as number;
      } else if (typeof value === "string") {
        const most = value.length * 3;
        if (this.#body.length < bodyEnd + most) this.#grow(bodyEnd + most);
        const length = this.#text(value, bodyEnd);
        bodyEnd += length;
        headerEnd = writeVarint(header, headerEnd, length * 2 + 13);
      } else {
        const bytes = value as Uint8Array;
        if (this.#body.length < bodyEnd + bytes.length) this.#grow(bodyEnd + bytes.length);
        this.#body.set(bytes, bodyEnd);
        bodyEnd += bytes.length;
        headerEnd = writeVarint(header, headerEnd, bytes.length * 2 + 12);
      }
    }
    this.#join(headerEnd, bodyEnd);
  }

  #join(headerEnd: number, bodyEnd: number): void {
    const own = headerEnd + 1 < 128 ? 1 : headerEnd + 2 < 16_384 ? 2 : 3;
    const needed = own + headerEnd + bodyEnd;
    if (this.bytes.length < needed) this.bytes = Buffer.alloc(needed * 2);
    let at = writeVarint(this.bytes, 0, own + headerEnd);
    for (let index = 0; index < headerEnd; index += 1) {
      this.bytes[at++] = this.#header[index] as number;
    }
    this.#body.copy(this.bytes, at, 0, bodyEnd);
    this.end = at + bodyEnd;
  }

  /** Short text is mostly ASCII, and a loop writes that faster than a call does. */
  #text(value: string, at: number): number {
    const body = this.#body;
    const length = value.length;
    if (length > ASCII_MAX) return body.write(value, at);
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= 128) return body.write(value, at);
      body[at + index] = code;
    }
    return length;
  }

  #real(value: number, at: number): number {
    this.#body.writeDoubleBE(value, at);
    return 7;
  }

  /** Writes the smallest two's complement that holds it, and returns its serial type. */
  #integer(value: number, at: number): number {
    if (value === 0) return 8;
    if (value === 1) return 9;
    const body = this.#body;
    if (value >= -0x80 && value < 0x80) {
      body[at] = value;
      return 1;
    }
    if (value >= -0x8000 && value < 0x8000) {
      body[at] = value >> 8;
      body[at + 1] = value;
      return 2;
    }
    if (value >= -0x80_0000 && value < 0x80_0000) {
      body[at] = value >> 16;
      body[at + 1] = value >> 8;
      body[at + 2] = value;
      return 3;
    }
    if (value >= -0x8000_0000 && value < 0x8000_0000) {
      body.writeInt32BE(value, at);
      return 4;
    }
    if (value >= -0x8000_0000_0000 && value < 0x8000_0000_0000) {
      body.writeIntBE(value, at, 6);
      return 5;
    }
    body.writeInt32BE(Math.floor(value / TWO_32), at);
    body.writeUInt32BE(((value % TWO_32) + TWO_32) % TWO_32, at + 4);
    return 6;
  }

  #grow(needed: number): void {
    const larger = Buffer.alloc(needed * 2);
    this.#body.copy(larger);
    this.#body = larger;
  }
}

/** Bytes of the body of serial types 0 to 9. */
const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;
