import type { EntrySink } from "../../../receipts/types.ts";
import { compareRanges } from "../../../receipts/byte-order.ts";
import { CANDIDATE, DEFINED, readSighting, REFERENCE, type Sighting } from "../survey/sightings.ts";

/** Hears what keys, brought together with what refers to them, show. */
export interface KeyListener {
  /** A key that another document has already. */
  duplicate(key: Uint8Array, first: Sighting, again: Sighting): void;
  /** A reference to a key that no document has. */
  missing(key: Uint8Array, reference: Sighting): void;
  /** A value that could be a reference. */
  tried(candidate: Sighting, isThere: boolean): void;
}

/** Takes the keys of one collection and what refers to them, sorted by key, then by role. */
export class KeyGroups implements EntrySink {
  readonly #listener: KeyListener;
  #key: Uint8Array = new Uint8Array(0);
  /** Who has the key. */
  #first: Uint8Array | null = null;
  #isFirst = true;

  constructor(listener: KeyListener) {
    this.#listener = listener;
  }

  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    row: Uint8Array,
    rowStart: number,
    rowEnd: number,
  ): void {
    const isNew =
      this.#isFirst || compareRanges(this.#key, 0, this.#key.length, key, keyStart, keyEnd) !== 0;
    if (isNew) {
      this.#key = key.slice(keyStart, keyEnd);
      this.#first = null;
      this.#isFirst = false;
    }
    const role = row[rowStart];
    // Most keys are there once, and most references lead somewhere: of those nothing more is read.
    if (role === REFERENCE && this.#first !== null) return;
    if (role === DEFINED && this.#first === null) this.#first = row.slice(rowStart, rowEnd);
    else this.#take(readSighting(row.subarray(rowStart, rowEnd)));
  }

  #take(sighting: Sighting): void {
    const { role } = sighting;
    if (role === CANDIDATE) this.#listener.tried(sighting, this.#first !== null);
    else if (role === REFERENCE) this.#listener.missing(this.#key, sighting);
    else if (this.#first !== null)
      this.#listener.duplicate(this.#key, readSighting(this.#first), sighting);
  }
}
