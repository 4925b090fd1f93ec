import { placeAt, WORDS, type AppliedPlace } from "./entries.ts";

/** When there are so many entries, they become a run; the batch at hand comes on top. */
export const RECENT_MAX = 2 ** 18;

const CAPACITY = RECENT_MAX * 2;
const SLOTS = CAPACITY * 2;

/** The newest of the applied events, in a hash table in memory. */
export class Recent {
  count = 0;
  readonly #entries = new Uint32Array(CAPACITY * WORDS);
  /** Number of an entry and one, by slot; 0 is free. */
  readonly #slots = new Int32Array(SLOTS);

  get isFull(): boolean {
    return this.count >= RECENT_MAX;
  }

  /** At most as many again as make it full. */
  add(hi: number, lo: number, placeHigh: number, placeLow: number): void {
    const at = this.count * WORDS;
    this.#entries[at] = hi;
    this.#entries[at + 1] = lo;
    this.#entries[at + 2] = placeHigh;
    this.#entries[at + 3] = placeLow;
    this.count += 1;
    let slot = lo & (SLOTS - 1);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.#slots[slot] = this.count;
  }

  has(hi: number, lo: number): boolean {
    let slot = lo & (SLOTS - 1);
    for (;;) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return false;
      const at = (number - 1) * WORDS;
      if (this.#entries[at] === hi && this.#entries[at + 1] === lo) return true;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  /** The places of all entries of a hash. */
  find(hi: number, lo: number): AppliedPlace[] {
    const places: AppliedPlace[] = [];
    for (let slot = lo & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return places;
      const at = (number - 1) * WORDS;
      const isIt = this.#entries[at] === hi && this.#entries[at + 1] === lo;
      if (isIt) places.push(placeAt(this.#entries, at));
    }
  }

  /** The entries from a number on, as they came. */
  from(number: number): Uint32Array {
    return this.#entries.subarray(number * WORDS, this.count * WORDS);
  }

  /** All entries in the order of their hashes. */
  sorted(): Uint32Array {
    const order = this.#order();
    const sorted = new Uint32Array(this.count * WORDS);
    for (let number = 0; number < this.count; number += 1) {
      const from = (order[number] ?? 0) * WORDS;
      sorted.set(this.#entries.subarray(from, from + WORDS), number * WORDS);
    }
    return sorted;
  }

  clear(): void {
    this.count = 0;
    this.#slots.fill(0);
  }

  /**
   * Numbers of the entries by hash. The engine sorts plain numbers several times as fast as it calls
   * a function: 33 bits of the hash and the entry's number fit one; what is equal there is rare.
   */
  #order(): Int32Array {
    const keys = new Float64Array(this.count);
    for (let number = 0; number < this.count; number += 1) {
      const hi = this.#entries[number * WORDS] ?? 0;
      const lo = this.#entries[number * WORDS + 1] ?? 0;
      keys[number] = (hi * 2 + (lo >>> 31)) * CAPACITY + number;
    }
    keys.sort();
    const order = Int32Array.from(keys, (key) => key % CAPACITY);
    for (let at = 1; at < order.length; at += 1) this.#sink(order, at);
    return order;
  }

  /** Moves one number before those that it must not follow. */
  #sink(order: Int32Array, from: number): void {
    const number = order[from] ?? 0;
    let at = from;
    while (at > 0 && this.#isBefore(number, order[at - 1] ?? 0)) {
      order[at] = order[at - 1] ?? 0;
      at -= 1;
    }
    order[at] = number;
  }

  #isBefore(one: number, other: number): boolean {
    const [hi, otherHi] = [this.#entries[one * WORDS] ?? 0, this.#entries[other * WORDS] ?? 0];
    if (hi !== otherHi) return hi < otherHi;
    return (this.#entries[one * WORDS + 1] ?? 0) < (this.#entries[other * WORDS + 1] ?? 0);
  }
}
