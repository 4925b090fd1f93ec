import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { copyBytes } from "../../../core/copy-bytes.ts";
import { diskError } from "../../../core/disk.ts";
import { damaged } from "./damage.ts";
import { HEADER_BYTES, isHeader, readHeader, type DatabaseHeader } from "./header.ts";

const WINDOW_BYTES = 1024 * 1024;
const WINDOWS = 4;
/** A read far from the last one fetches so much; each that follows on fetches twice as much. */
const FIRST_READ_BYTES = 16 * 1024;

/** Windows that nobody uses: of many small tables, each would cost more than its rows. */
const spare: Uint8Array[] = [];

/** A portion of the file in memory. Places in bytes; `used` counts up with each use of any. */
interface Window {
  readonly bytes: Uint8Array;
  start: number;
  end: number;
  used: number;
}

/** The pages of a file that nobody changes, through a few windows that grow while reads go forward. */
export class PageFile implements Disposable {
  readonly path: string;
  /** Null for a file of no bytes. */
  readonly header: DatabaseHeader | null;
  readonly pageSize: number;
  readonly usable: number;
  /** Whole pages in the file. */
  readonly pageCount: number;
  readonly #fd: number;
  readonly #size: number;
  readonly #windows: Window[] = [];
  #uses = 0;

  constructor(path: string) {
    this.path = path;
    this.#fd = translated(path, () => openSync(path, "r"));
    try {
      this.#size = translated(path, () => fstatSync(this.#fd).size);
      this.header = this.#readHeader();
      this.pageSize = this.header?.pageSize ?? 0;
      this.usable = this.pageSize - (this.header?.reservedBytes ?? 0);
      this.pageCount = this.header === null ? 0 : Math.floor(this.#size / this.pageSize);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Copies page `number` (from 1) to the start of `into`; `owner` names who refers to it. */
  copyPage(number: number, into: Uint8Array, owner: string): void {
    if (number < 1 || number > this.pageCount) {
      throw damaged(
        this.path,
        `${owner} refers to page ${number} of a file with ${this.pageCount} pages`,
      );
    }
    const start = (number - 1) * this.pageSize;
    const window = this.#windowAt(start);
    const from = start - window.start;
    copyBytes(window.bytes, from, from + this.pageSize, into, 0);
  }

  [Symbol.dispose](): void {
    for (const { bytes } of this.#windows.splice(0)) if (spare.length < WINDOWS) spare.push(bytes);
    closeSync(this.#fd);
  }

  #readHeader(): DatabaseHeader | null {
    if (this.#size === 0) return null;
    const bytes = new Uint8Array(HEADER_BYTES);
    const header = readHeader(bytes.subarray(0, this.#read(bytes, 0, HEADER_BYTES)));
    if (isHeader(header)) return header;
    throw damaged(this.path, `the header is none: ${header.field} ${header.found}`);
  }

  #windowAt(start: number): Window {
    for (const window of this.#windows) {
      if (start < window.start || start + this.pageSize > window.end) continue;
      window.used = ++this.#uses;
      return window;
    }
    return this.#fill(start);
  }

  #fill(start: number): Window {
    const before = this.#windows.find(({ end }) => start >= end && start < end + FIRST_READ_BYTES);
    const window = before ?? this.#oldest();
    const last = before === undefined ? 0 : before.end - before.start;
    const wanted = Math.max(FIRST_READ_BYTES, this.pageSize, 2 * last);
    const length = Math.min(wanted, window.bytes.length, this.#size - start);
    window.start = start;
    window.end = start;
    window.end = start + this.#read(window.bytes, start, length);
    window.used = ++this.#uses;
    if (window.end - start < this.pageSize)
      throw damaged(this.path, `the file ends within the page at byte ${start}`);
    return window;
  }

  #oldest(): Window {
    if (this.#windows.length < WINDOWS) {
      const bytes = spare.pop() ?? new Uint8Array(WINDOW_BYTES);
      const window = { bytes, start: 0, end: 0, used: 0 };
      this.#windows.push(window);
      return window;
    }
    return this.#windows.reduce((oldest, each) => (each.used < oldest.used ? each : oldest));
  }

  #read(into: Uint8Array, position: number, length: number): number {
    return translated(this.path, () => {
      let done = 0;
      while (done < length) {
        const read = readSync(this.#fd, into, done, length - done, position + done);
        if (read === 0) break;
        done += read;
      }
      return done;
    });
  }
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(path, error);
  }
}
