import { closeSync, openSync, readSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";

const PORTION_BYTES = 1 << 20;

/** A file, or a part of one, that is read again and again. */
export class RangeFile implements Disposable {
  readonly size: number;
  readonly #path: string | Buffer;
  readonly #start: number;
  readonly #file: number;

  constructor(
    path: string | Buffer,
    { start, size }: { readonly start: number; readonly size: number },
  ) {
    this.#path = path;
    this.#start = start;
    this.size = size;
    this.#file = this.#attempt(() => openSync(path, "r"));
  }

  /** The bytes `[from, to)`; they belong to whoever takes them. */
  read(from: number, to: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
    let done = 0;
    while (done < bytes.length) {
      const at = this.#start + from + done;
      const count = this.#attempt(() => readSync(this.#file, bytes, done, bytes.length - done, at));
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }

  /** The bytes from one place to another, in portions. */
  async *portions(from = 0, to = this.size): AsyncGenerator<Buffer> {
    for (let at = from; at < to; at += PORTION_BYTES)
      yield this.read(at, Math.min(to, at + PORTION_BYTES));
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw diskError(String(this.#path), error);
    }
  }
}
