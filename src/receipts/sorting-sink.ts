import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { copyBytes } from "../core/copy-bytes.ts";
import { diskError } from "../core/disk.ts";
import {
  comparePacked,
  LENGTHS,
  keyLengthAt,
  packedEntryLength,
  rowLengthAt,
  writeLengths,
} from "./packed-entries.ts";
import { sortPacked } from "./sort-packed.ts";
import { mergeRuns, removeRuns, RunWriter, type Run } from "./sorted-runs.ts";
import type { EntrySink } from "./types.ts";

const MEMORY_BYTES = 32 * 1024 * 1024;
/** So many files are merged at a time: each is open and has a buffer. */
const FAN_IN = 64;
/** What an entry needs besides its bytes: its place, and four bytes more while they are sorted. */
const PLACE_BYTES = 8;
/** Below this, a loop copies faster than a call does. */
const COPY_BYTES = 32;

/** Where and with how much memory a sorter works. */
export interface SortingOptions {
  /** A folder that exists; files come and go in a folder of mode 0700 below it. */
  readonly scratch: string;
  /** For entries and merging, in bytes (default 32 MiB); an entry larger than it is held alone. */
  readonly memory?: number;
}

/**
 * Takes entries in any order and hands them on in the order of a tree: by key, then by row. What
 * does not fit into memory is sorted in files. Dispose it also after an error: that removes them.
 */
export class SortingSink implements EntrySink, Disposable {
  readonly #into: EntrySink;
  readonly #scratch: string;
  readonly #memory: number;
  #folder: string | null = null;
  #buffer: Uint8Array;
  #end = 0;
  #places: Uint32Array;
  #held = 0;
  #ascending = true;
  #runs: Run[] = [];
  #named = 0;

  constructor(into: EntrySink, { scratch, memory = MEMORY_BYTES }: SortingOptions) {
    this.#into = into;
    this.#scratch = scratch;
    this.#memory = memory;
    this.#buffer = new Uint8Array(Math.min(memory, 64 * 1024));
    this.#places = new Uint32Array(1024);
  }

  /** @throws SalvorError DISK_FULL when the scratch folder has no room for what is not in memory. */
  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    row: Uint8Array,
    rowStart: number,
    rowEnd: number,
  ): void {
    const keyLength = keyEnd - keyStart;
    const length = packedEntryLength(keyLength, rowEnd - rowStart);
    if (this.#end + length > this.#buffer.length || this.#held === this.#places.length)
      this.#makeRoom(length);

    const place = this.#end;
    const keyAt = place + LENGTHS;
    writeLengths(this.#buffer, place, keyLength, rowEnd - rowStart);
    copy(key, keyStart, keyEnd, this.#buffer, keyAt);
    copy(row, rowStart, rowEnd, this.#buffer, keyAt + keyLength);
    this.#end = place + length;
    if (this.#ascending && this.#held > 0) {
      const before = this.#places[this.#held - 1] as number;
      this.#ascending = comparePacked(this.#buffer, before, this.#buffer, place) <= 0;
    }
    this.#places[this.#held++] = place;
  }

  /** Hands everything on, in order. */
  finish(): void {
    if (this.#runs.length === 0) {
      this.#sort();
      for (let index = 0; index < this.#held; index++)
        this.#hand(this.#buffer, this.#places[index] as number);
      return;
    }
    this.#spill();
    this.#buffer = new Uint8Array(0);
    while (this.#runs.length > FAN_IN) this.#mergeSome();
    mergeRuns(this.#runs, this.#memory, (bytes, at) => this.#hand(bytes, at));
  }

  [Symbol.dispose](): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  #hand(bytes: Uint8Array, at: number): void {
    const key = at + LENGTHS;
    const row = key + keyLengthAt(bytes, at);
    this.#into.add(bytes, key, row, bytes, row, row + rowLengthAt(bytes, at));
  }

  /** Grows to the bound, then spills. */
  #makeRoom(length: number): void {
    const used = this.#end + this.#held * PLACE_BYTES;
    if (this.#held > 0 && used + length + PLACE_BYTES > this.#memory) this.#spill();
    if (this.#end + length > this.#buffer.length) {
      const doubled = Math.min(this.#memory, 2 * this.#buffer.length);
      const larger = new Uint8Array(Math.max(this.#end + length, doubled));
      larger.set(this.#buffer.subarray(0, this.#end));
      this.#buffer = larger;
    }
    if (this.#held === this.#places.length) {
      const more = new Uint32Array(2 * this.#places.length);
      more.set(this.#places);
      this.#places = more;
    }
  }

  #sort(): void {
    if (!this.#ascending) sortPacked(this.#buffer, this.#places.subarray(0, this.#held));
  }

  #spill(): void {
    this.#sort();
    using writer = new RunWriter(this.#newPath());
    for (let index = 0; index < this.#held; index++) {
      const at = this.#places[index] as number;
      const length = packedEntryLength(
        keyLengthAt(this.#buffer, at),
        rowLengthAt(this.#buffer, at),
      );
      writer.write(this.#buffer, at, at + length);
    }
    this.#runs.push(writer.finish());
    this.#held = 0;
    this.#end = 0;
    this.#ascending = true;
    if (this.#buffer.length > this.#memory) this.#buffer = new Uint8Array(this.#memory);
  }

  #mergeSome(): void {
    const merged = this.#runs.splice(0, FAN_IN);
    using writer = new RunWriter(this.#newPath());
    mergeRuns(merged, this.#memory, (bytes, at, length) => writer.write(bytes, at, at + length));
    this.#runs.push(writer.finish());
    removeRuns(merged);
  }

  #newPath(): string {
    this.#folder ??= makeFolder(this.#scratch);
    return join(this.#folder, `run-${this.#named++}`);
  }
}

function makeFolder(scratch: string): string {
  try {
    return mkdtempSync(join(scratch, "sort-"));
  } catch (error) {
    throw diskError(scratch, error);
  }
}

function copy(from: Uint8Array, start: number, end: number, into: Uint8Array, at: number): void {
  if (end - start > COPY_BYTES) return copyBytes(from, start, end, into, at);
  for (let source = start, target = at; source < end; source++, target++)
    into[target] = from[source] as number;
}
