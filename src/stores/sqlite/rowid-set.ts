import type { CellSink } from "./format/cell-sink.ts";

/** 32 MB: row ids that are this scattered are left to the engine. */
const INTERVALS_MAX = 2_000_000;

/**
 * The row ids of a table as intervals, taken in ascending order. Ids are numbers: beyond 2^53 they
 * would lose digits, and the set says that it is not complete.
 */
export class RowidSet implements CellSink {
  readonly rowidsOnly = true;
  #starts = new Float64Array(1024);
  #ends = new Float64Array(1024);
  #count = 0;
  #isComplete = true;

  /** False when there are too many intervals or too large ids to tell. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  cell(_bytes: Uint8Array, _start: number, _end: number, high: number, low: number): void {
    const id = high * 0x1_0000_0000 + low;
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
