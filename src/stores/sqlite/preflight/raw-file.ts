import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A file open for reading, without a cache: live files change under us. */
export class RawFile implements Disposable {
  readonly #fd: number;
  readonly size: number;

  constructor(path: string) {
    this.#fd = openSync(path, "r");
    this.size = fstatSync(this.#fd).size;
  }

  /** Fills `into` from `position` and returns how many bytes there were. */
  read(into: Uint8Array, position: number): number {
    let done = 0;
    while (done < into.length) {
      const read = readSync(this.#fd, into, done, into.length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
