import { LENGTHS, packedEntryLength, writeLengths } from "../../../receipts/packed-entries.ts";

const START_BYTES = 64 * 1024;

/** Entries one after the other, as they go from a thread to the one that sorts them. */
export class PackedOutput {
  #bytes = new Uint8Array(START_BYTES);
  #end = 0;

  add(key: Uint8Array, row: Uint8Array): void {
    const length = packedEntryLength(key.length, row.length);
    if (this.#end + length > this.#bytes.length) this.#grow(length);
    writeLengths(this.#bytes, this.#end, key.length, row.length);
    this.#bytes.set(key, this.#end + LENGTHS);
    this.#bytes.set(row, this.#end + LENGTHS + key.length);
    this.#end += length;
  }

  /** All of them; null when there are none. */
  finish(): Uint8Array<ArrayBuffer> | null {
    return this.#end === 0 ? null : this.#bytes.subarray(0, this.#end);
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + length));
    larger.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = larger;
  }
}
