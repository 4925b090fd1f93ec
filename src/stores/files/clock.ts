import { closeSync, futimesSync, fstatSync, openSync } from "node:fs";

import { diskError } from "../../core/disk.ts";
import { removeFileSync } from "../../core/remove-file.ts";

/**
 * A change is stamped with the kernel's coarse clock: two within so many nanoseconds may bear the
 * same time (10 ms where it ticks a hundred times a second).
 */
export const TICK_NS = 20_000_000n;

/** The kernel's coarse clock, as a file's own change time tells it. */
export class CoarseClock implements Disposable {
  readonly #path: string;
  readonly #file: number;

  /** @param path of a file that is made for it; must not exist. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, "wx", 0o600);
    } catch (error) {
      throw diskError(path, error);
    }
  }

  /** Nanoseconds since 1970. */
  now(): bigint {
    futimesSync(this.#file, 0, 0);
    return fstatSync(this.#file, { bigint: true }).ctimeNs;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    removeFileSync(this.#path);
  }
}
