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

/** A spool that several threads write to, each at places of its own. */
export interface Spool {
  /** A file that exists. */
  readonly path: string;
  /** One number: where the next place begins. */
  readonly end: BigInt64Array<SharedArrayBuffer>;
}

/** Makes an empty spool; `path` must not exist, and only its owner may read it. */
export function makeSpool(path: string): Spool {
  closeSync(openSync(path, "wx", 0o600));
  return { path, end: new BigInt64Array(new SharedArrayBuffer(8)) };
}

/** Takes the next so many bytes of a spool; tells where they begin. */
function claim({ end }: Spool, length: number): number {
  return Number(Atomics.add(end, 0, BigInt(length)));
}

/** Bytes that a lane holds before it writes them. */
const LANE_BYTES = 2 << 20;

/** One for all lanes of a thread, which has one at a time. */
let laneBuffer: Buffer | null = null;

/** One thread's way into a spool. */
export class SpoolLane implements Disposable {
  readonly #spool: Spool;
  readonly #file: number;
  readonly #offsets: Float64Array;
  readonly #buffer: Buffer;
  #rows: number[] = [];
  #held = 0;

  /** @param offsets gets the place of each row, when it is written. */
  constructor(spool: Spool, offsets: Float64Array) {
    this.#spool = spool;
    this.#offsets = offsets;
    this.#buffer = laneBuffer ??= Buffer.allocUnsafeSlow(LANE_BYTES);
    this.#file = openSync(spool.path, "r+");
  }

  /** Room for a small file, to be read into and kept. */
  room(length: number): Buffer {
    if (this.#held + length > this.#buffer.length) this.flush();
    return this.#buffer.subarray(this.#held, this.#held + length);
  }

  /** Keeps the beginning of the room that was given last. */
  keep(row: number, length: number): void {
    this.#offsets[row] = this.#held;
    this.#rows.push(row);
    this.#held += length;
  }

  /** A place for a large file, whose bytes are given in order and written at once. */
  long(row: number, length: number): (bytes: Uint8Array) => void {
    let at = claim(this.#spool, length);
    this.#offsets[row] = at;
    return (bytes) => {
      this.#write(bytes, at);
      at += bytes.length;
    };
  }

  flush(): void {
    const start = claim(this.#spool, this.#held);
    this.#write(this.#buffer.subarray(0, this.#held), start);
    for (const row of this.#rows) this.#offsets[row] = (this.#offsets[row] ?? 0) + start;
    this.#rows = [];
    this.#held = 0;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #write(bytes: Uint8Array, start: number): void {
    try {
      for (let done = 0; done < bytes.length;)
        done += writeSync(this.#file, bytes, done, bytes.length - done, start + done);
    } catch (error) {
      throw diskError(this.#spool.path, error);
    }
  }
}
