import { comparePacked, keyLengthAt, LENGTHS } from "./packed-entries.ts";

/** Key bytes that one pass looks at. */
const PASS_BYTES = 3;
/** Below this, inserting beats dividing. */
const INSERT_MAX = 12;
/** Keys that agree in so many bytes are compared whole: passes nest, and the stack is finite. */
const DEPTH_MAX = 256 * PASS_BYTES;

/**
 * Sorts the places of packed entries by key, then row: multikey quicksort (Bentley and Sedgewick)
 * over three key bytes at a time, so that a pass compares numbers in an array and not strings.
 *
 * @param places where entries begin in `bytes`; sorted in place.
 */
export function sortPacked(bytes: Uint8Array, places: Uint32Array): void {
  new Sorter(bytes, places).sort(0, places.length, 0);
}

class Sorter {
  readonly #bytes: Uint8Array;
  readonly #places: Uint32Array;
  /** For each place the piece of its key that the current pass compares. */
  readonly #pieces: Uint32Array;

  constructor(bytes: Uint8Array, places: Uint32Array) {
    this.#bytes = bytes;
    this.#places = places;
    this.#pieces = new Uint32Array(places.length);
  }

  /** Sorts `[start, end)`, whose keys agree in their first `depth` bytes. */
  sort(start: number, end: number, depth: number): void {
    if (end - start <= INSERT_MAX) return this.#insert(start, end);
    if (depth >= DEPTH_MAX) return this.#compare(start, end);
    this.#load(start, end, depth);
    this.#divide(start, end, depth);
  }

  /** Sorts by the loaded pieces; the equal ones by what follows. Recurs into the smaller parts. */
  #divide(from: number, to: number, depth: number): void {
    let start = from;
    let end = to;
    while (end - start > INSERT_MAX) {
      const { less, more } = this.#partition(start, end, this.#pivot(start, end));
      this.#sortEqual(less, more, depth);
      if (less - start < end - more) {
        this.#divide(start, less, depth);
        start = more;
      } else {
        this.#divide(more, end, depth);
        end = less;
      }
    }
    this.#insert(start, end);
  }

  /** Three parts: below the pivot, `[less, more)` equal to it, above it. */
  #partition(start: number, end: number, pivot: number): { less: number; more: number } {
    const pieces = this.#pieces;
    let less = start;
    let more = end;
    for (let at = start; at < more;) {
      const piece = pieces[at] as number;
      if (piece < pivot) this.#swap(less++, at++);
      else if (piece > pivot) this.#swap(at, --more);
      else at++;
    }
    return { less, more };
  }

  #sortEqual(start: number, end: number, depth: number): void {
    if (end - start < 2) return;
    // A piece ends with how many bytes were left: fewer than a pass looks at, and the key is over.
    const left = (this.#pieces[start] as number) & 0xff;
    if (left > PASS_BYTES) this.sort(start, end, depth + PASS_BYTES);
    else this.#compare(start, end); // equal keys: only their rows differ
  }

  #compare(start: number, end: number): void {
    const bytes = this.#bytes;
    this.#places.subarray(start, end).sort((a, b) => comparePacked(bytes, a, bytes, b));
  }

  #load(start: number, end: number, depth: number): void {
    const bytes = this.#bytes;
    for (let index = start; index < end; index++) {
      const place = this.#places[index] as number;
      const left = keyLengthAt(bytes, place) - depth;
      const at = place + LENGTHS + depth;
      const first = left > 0 ? (bytes[at] as number) : 0;
      const second = left > 1 ? (bytes[at + 1] as number) : 0;
      const third = left > 2 ? (bytes[at + 2] as number) : 0;
      const rest = left > PASS_BYTES ? PASS_BYTES + 1 : left;
      this.#pieces[index] = ((first << 24) | (second << 16) | (third << 8) | rest) >>> 0;
    }
  }

  #pivot(start: number, end: number): number {
    const step = (end - start) >>> 3;
    const middle = start + 4 * step;
    return median(
      this.#medianAt(start, start + step, start + 2 * step),
      this.#medianAt(middle - step, middle, middle + step),
      this.#medianAt(end - 1 - 2 * step, end - 1 - step, end - 1),
    );
  }

  #medianAt(a: number, b: number, c: number): number {
    const pieces = this.#pieces;
    return median(pieces[a] as number, pieces[b] as number, pieces[c] as number);
  }

  #insert(start: number, end: number): void {
    const bytes = this.#bytes;
    const places = this.#places;
    for (let next = start + 1; next < end; next++) {
      const place = places[next] as number;
      let at = next;
      for (; at > start; at--) {
        const before = places[at - 1] as number;
        if (comparePacked(bytes, before, bytes, place) <= 0) break;
        places[at] = before;
      }
      places[at] = place;
    }
  }

  #swap(a: number, b: number): void {
    const places = this.#places;
    const pieces = this.#pieces;
    const place = places[a] as number;
    places[a] = places[b] as number;
    places[b] = place;
    const piece = pieces[a] as number;
    pieces[a] = pieces[b] as number;
    pieces[b] = piece;
  }
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
