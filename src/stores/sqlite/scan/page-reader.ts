import { closeSync, openSync, readSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import type { Overlay, PageSource } from "./page-source.ts";

/** Zero bytes behind what was read, so that a number that is cut off ends there. */
const PADDING = 32;

/** Reads pages of a file that nobody changes, through those that lie in its -wal. */
export class PageReader implements Disposable {
  readonly source: PageSource;
  readonly #fd: number;
  readonly #overlayFd: number | null;

  constructor(source: PageSource) {
    this.source = source;
    this.#fd = opened(source.path);
    try {
      this.#overlayFd = source.overlay === null ? null : opened(source.overlay.path);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** A buffer for so many pages. */
  buffer(pages = 1): Uint8Array {
    return new Uint8Array(pages * this.source.pageSize + PADDING);
  }

  /** Fills `into` with `count` pages from page `from` on; what the file lacks is zero. */
  read(from: number, count: number, into: Uint8Array): void {
    const { path, pageSize, overlay } = this.source;
    const length = count * pageSize;
    const done = readAll(path, this.#fd, into, 0, length, (from - 1) * pageSize);
    if (done < length) into.fill(0, done, length);
    if (overlay !== null) this.#lay(overlay, from, count, into);
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    if (this.#overlayFd !== null) closeSync(this.#overlayFd);
  }

  #lay({ path, pages, offsets }: Overlay, from: number, count: number, into: Uint8Array): void {
    const { pageSize } = this.source;
    for (let at = firstNotBelow(pages, from); at < pages.length; at++) {
      const place = (pages[at] as number) - from;
      if (place >= count) return;
      const start = place * pageSize;
      readAll(path, this.#overlayFd as number, into, start, pageSize, offsets[at] as number);
    }
  }
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw diskError(path, error);
  }
}

function readAll(
  path: string,
  fd: number,
  into: Uint8Array,
  start: number,
  length: number,
  position: number,
): number {
  try {
    let done = 0;
    while (done < length) {
      const read = readSync(fd, into, start + done, length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  } catch (error) {
    throw diskError(path, error);
  }
}

function firstNotBelow(sorted: Uint32Array, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
