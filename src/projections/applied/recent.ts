import { placeAt, WORDS, type AppliedPlace } from "./entries.ts";

/** When there are so many entries, they become a run; the batch at hand comes on top. */
export const RECENT_MAX = 2 ** 18;

const CAPACITY = RECENT_MAX * 2;
const SLOTS = CAPACITY * 2;
/** About one for each entry. */
const BUCKETS = RECENT_MAX;
const BUCKET_SHIFT = 32 - Math.log2(BUCKETS);

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
    let slot = lo & (SLOTS - 1);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & (SLOTS - 1);
    this.addAt(slot, hi, lo, placeHigh, placeLow);
  }

  /**
   * Brings the slots of some hashes near, for {@link slotFor}: without a branch between them, the
   * processor fetches them all at once. What it returns says nothing.
   */
  fetch(hashes: Uint32Array, count: number): number {
    let seen = 0;
    for (let at = 1; at < 2 * count; at += 2) {
      seen |= this.#slots[(hashes[at] as number) & (SLOTS - 1)] as number;
    }
    return seen;
  }

  /** The free slot for a hash that is not there, for {@link addAt}; -1 for one that is. */
  slotFor(hi: number, lo: number): number {
    let slot = lo & (SLOTS - 1);
    for (;;) {
      const number = this.#slots[slot] ?? 0;
      if (number === 0) return slot;
      const at = (number - 1) * WORDS;
      if (this.#entries[at] === hi && this.#entries[at + 1] === lo) return -1;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  /** Adds an entry where its slot is known already. */
  addAt(slot: number, hi: number, lo: number, placeHigh: number, placeLow: number): void {
    const at = this.count * WORDS;
    this.#entries[at] = hi;
    this.#entries[at + 1] = lo;
    this.#entries[at + 2] = placeHigh;
    this.#entries[at + 3] = placeLow;
    this.count += 1;
    this.#slots[slot] = this.count;
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
    const ends = this.#bucketEnds();
    const sorted = new Uint32Array(this.count * WORDS);
    for (let at = (this.count - 1) * WORDS; at >= 0; at -= WORDS) {
      const bucket = (this.#entries[at] ?? 0) >>> BUCKET_SHIFT;
      const end = (ends[bucket] ?? 0) - 1;
      ends[bucket] = end;
      copyEntry(this.#entries, at, sorted, end * WORDS);
    }
    for (let at = WORDS; at < sorted.length; at += WORDS) sink(sorted, at);
    return sorted;
  }

  clear(): void {
    this.count = 0;
    this.#slots.fill(0);
  }

  /** By the first bits of the hash: how many entries have these, or less. */
  #bucketEnds(): Uint32Array {
    const ends = new Uint32Array(BUCKETS);
    for (let number = 0; number < this.count; number += 1) {
      const bucket = (this.#entries[number * WORDS] ?? 0) >>> BUCKET_SHIFT;
      ends[bucket] = (ends[bucket] ?? 0) + 1;
    }
    for (let bucket = 1; bucket < BUCKETS; bucket += 1) {
      ends[bucket] = (ends[bucket] ?? 0) + (ends[bucket - 1] ?? 0);
    }
    return ends;
  }
}

function copyEntry(from: Uint32Array, at: number, to: Uint32Array, toAt: number): void {
  to[toAt] = from[at] ?? 0;
  to[toAt + 1] = from[at + 1] ?? 0;
  to[toAt + 2] = from[at + 2] ?? 0;
  to[toAt + 3] = from[at + 3] ?? 0;
}

/** Moves one entry before those that it must not follow: there are few in its bucket. */
function sink(entries: Uint32Array, from: number): void {
  if (!isBefore(entries, from, from - WORDS)) return;
  const entry = entries.slice(from, from + WORDS);
  let at = from;
  while (at > 0 && isLess(entry[0] ?? 0, entry[1] ?? 0, entries, at - WORDS)) {
    copyEntry(entries, at - WORDS, entries, at);
    at -= WORDS;
  }
  entries.set(entry, at);
}

function isBefore(entries: Uint32Array, at: number, other: number): boolean {
  return isLess(entries[at] ?? 0, entries[at + 1] ?? 0, entries, other);
}

function isLess(hi: number, lo: number, entries: Uint32Array, at: number): boolean {
  const otherHi = entries[at] ?? 0;
  return hi < otherHi || (hi === otherHi && lo < (entries[at + 1] ?? 0));
}
