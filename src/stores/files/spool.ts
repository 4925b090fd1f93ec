import { closeSync, openSync, writeSync } from "node:fs";

import { diskError } from "../../core/disk.ts";

const BUFFER_BYTES = 4 << 20;

/** One file that takes the contents of many, one after the other. */
export class SpoolWriter implements Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #held = 0;
  #written = 0;

  /** @param path must not exist; only its owner may read it. */
  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "wx", 0o600);
  }

  /** Where the next bytes will lie. */
  get end(): number {
    return this.#written + this.#held;
  }

  /** Takes bytes of any length; they may be overwritten as soon as it returns. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const portion = bytes.subarray(at, at + this.#buffer.length - this.#held);
      this.#buffer.set(portion, this.#held);
      this.#held += portion.length;
      at += portion.length;
      if (this.#held === this.#buffer.length) this.flush();
    }
  }

  flush(): void {
    try {
      for (let done = 0; done < this.#held;)
        done += writeSync(this.#file, this.#buffer, done, this.#held - done);
    } catch (error) {
      throw diskError(this.#path, error);
    }
    this.#written += this.#held;
    this.#held = 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
