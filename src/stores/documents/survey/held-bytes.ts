import { closeSync, openSync, readSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import type { SurveyFile } from "./types.ts";

/** Bytes that are read at a time where files lie one after the other. */
const READ_BYTES = 1 << 20;

/** Bytes of the longest parts of files that are cut, but for those of very long documents. */
const PART_BYTES = 8 << 20;

/** One for all small files of a thread: a new one for each batch would make work for the collector. */
let shared = Buffer.allocUnsafeSlow(READ_BYTES);

/** Reads contents that mostly lie one after the other in one file. */
export class HeldBytes implements Disposable {
  #path: string | null = null;
  #file = -1;
  #held: Uint8Array = new Uint8Array(0);
  #start = 0;

  /** The bytes of a file, until the next one is asked for. */
  of({ path, start, size }: SurveyFile): Uint8Array {
    if (path !== this.#path) this.#open(path);
    const from = start - this.#start;
    if (from >= 0 && from + size <= this.#held.length)
      return this.#held.subarray(from, from + size);
    this.#held = this.#read(start, Math.max(size, READ_BYTES));
    this.#start = start;
    return this.#held.subarray(0, size);
  }

  [Symbol.dispose](): void {
    if (this.#path !== null) closeSync(this.#file);
  }

  #open(path: string): void {
    this[Symbol.dispose]();
    this.#path = null;
    try {
      this.#file = openSync(path, "r");
    } catch (error) {
      throw diskError(path, error);
    }
    this.#path = path;
    this.#held = new Uint8Array(0);
  }

  #read(start: number, length: number): Uint8Array {
    if (length > shared.length && length <= PART_BYTES) shared = Buffer.allocUnsafeSlow(PART_BYTES);
    const bytes = length <= shared.length ? shared : Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const count = readSync(this.#file, bytes, done, length - done, start + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }
}
