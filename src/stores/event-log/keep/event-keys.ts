import { writeKey } from "../../../receipts/canonical.ts";
import type { EntrySink } from "../../../receipts/types.ts";

/** Bytes behind an id while events are sorted: number of the segment, place in it. */
const ORDER_BYTES = 10;
/** Bytes of a canonical integer in a key. */
const INTEGER_BYTES = 9;
const TEXT_TAG = 3;

/** Writes the key of an event for sorting, by id and then by its place; returns where it ends. */
export class EventKeys {
  bytes: Buffer = Buffer.allocUnsafe(512);

  /** @returns the key's length. */
  ofBytes(from: Buffer, start: number, end: number, segment: number, offset: number): number {
    const length = end - start;
    this.#hold(length);
    this.bytes[0] = TEXT_TAG;
    from.copy(this.bytes, 1, start, end);
    this.bytes[length + 1] = 0;
    this.bytes[length + 2] = 0;
    return this.#place(length + 3, segment, offset);
  }

  /** As `ofBytes`, for an id that has to be spelt. */
  ofText(id: string, segment: number, offset: number): number {
    const key = writeKey([{ type: "text", bytes: Buffer.from(id) }]);
    this.#hold(key.length);
    this.bytes.set(key);
    return this.#place(key.length, segment, offset);
  }

  #place(at: number, segment: number, offset: number): number {
    this.bytes.writeUInt32BE(segment, at);
    this.bytes.writeUIntBE(offset, at + 4, 6);
    return at + ORDER_BYTES;
  }

  #hold(length: number): void {
    if (length + 32 > this.bytes.length) this.bytes = Buffer.allocUnsafe(2 * length + 64);
  }
}

/** Takes events sorted by id and place, and hands them on with their turn among those of their id. */
export class OccurrenceSink implements EntrySink {
  readonly #into: EntrySink;
  #key = Buffer.alloc(512);
  #id = 0;
  #turn = 0;

  constructor(into: EntrySink) {
    this.#into = into;
  }

  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    row: Uint8Array,
    rowStart: number,
    rowEnd: number,
  ): void {
    const id = keyEnd - keyStart - ORDER_BYTES;
    this.#turn = this.#isSame(key, keyStart, id) ? this.#turn + 1 : 0;
    if (this.#turn === 0) this.#take(key, keyStart, id);
    this.#key[id] = 1; // the tag of an integer; its sign bit is turned
    this.#key.fill(0, id + 1, id + INTEGER_BYTES);
    this.#key[id + 1] = 0x80;
    this.#key.writeUInt32BE(this.#turn, id + 5);
    this.#into.add(this.#key, 0, id + INTEGER_BYTES, row, rowStart, rowEnd);
  }

  #isSame(key: Uint8Array, start: number, length: number): boolean {
    if (length !== this.#id) return false;
    for (let at = length - 1; at >= 0; at--) if (this.#key[at] !== key[start + at]) return false;
    return true;
  }

  #take(key: Uint8Array, start: number, length: number): void {
    if (length + INTEGER_BYTES > this.#key.length) this.#key = Buffer.alloc(2 * length + 64);
    this.#key.set(key.subarray(start, start + length));
    this.#id = length;
  }
}
