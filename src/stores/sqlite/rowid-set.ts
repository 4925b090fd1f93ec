import type { EntrySink } from "../../receipts/types.ts";

const INTEGER_KEY_BYTES = 9;
/** 32 MB: row ids that are this scattered are left to the engine. */
const INTERVALS_MAX = 2_000_000;

/**
 * The row ids of a table as intervals, taken in ascending order. Ids are numbers: beyond 2^53 they
 * would lose digits, and the set says that it is not complete.
 */
export class RowidSet implements EntrySink {
  #starts = new Float64Array(1024);
  #ends = new Float64Array(1024);
  #count = 0;
  #isComplete = true;

  /** False when there are too many intervals or too large ids to tell. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  add(key: Uint8Array, keyStart: number, keyEnd: number): void {
    const id = keyEnd - keyStart === INTEGER_KEY_BYTES ? integerKey(key, keyStart) : Number.NaN;
    if (!Number.isSafeInteger(id)) this.#isComplete = false;
    else if (this.#count > 0 && this.#ends[this.#count - 1] === id - 1) {
      this.#ends[this.#count - 1] = id;
    } else this.#begin(id);
  }

  has(id: number): boolean {
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (id < (this.#starts[middle] as number)) high = middle - 1;
      else if (id > (this.#ends[middle] as number)) low = middle + 1;
      else return !Number.isNaN(id);
    }
    return false;
  }

  #begin(id: number): void {
    if (this.#count >= INTERVALS_MAX) {
      this.#isComplete = false;
      return;
    }
    if (this.#count === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
    }
    this.#starts[this.#count] = id;
    this.#ends[this.#count] = id;
    this.#count += 1;
  }
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** The integer of a canonical key: a tag, then 8 bytes, big-endian, with the sign bit flipped. */
function integerKey(key: Uint8Array, start: number): number {
  let high = 0;
  for (let at = start + 1; at < start + 5; at += 1) high = high * 256 + (key[at] as number);
  let low = 0;
  for (let at = start + 5; at < start + 9; at += 1) low = low * 256 + (key[at] as number);
  return (high - 0x8000_0000) * 0x1_0000_0000 + low;
}
