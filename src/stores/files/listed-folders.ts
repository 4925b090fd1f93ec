import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import { TICK_NS } from "./clock.ts";
import { placeOf, type RawPath } from "./raw-path.ts";

/**
 * The folders of a tree as they were before each was asked for its names. As long as a folder bears
 * the same times, no name has come or gone in it, and nothing has to be listed again.
 */
export class ListedFolders {
  readonly #root: string;
  readonly #now: bigint;
  readonly #hash = createHash("sha256");
  #isSettled = true;

  /** @param now of the kernel's coarse clock, before the first of them is looked at. */
  constructor(root: string, now: bigint) {
    this.#root = root;
    this.#now = now;
  }

  /** Looks at the next folder. */
  add(path: RawPath): void {
    try {
      const { dev, ino, mode, mtimeNs, ctimeNs } = lstatSync(placeOf(this.#root, path), {
        bigint: true,
      });
      this.#hash.update(`${path}\0${dev} ${ino} ${mode} ${mtimeNs} ${ctimeNs}\0`);
      // So late a change and one after it may bear the same time.
      if (ctimeNs >= this.#now - TICK_NS) this.#isSettled = false;
    } catch (error) {
      if (systemCode(error) === null) throw error;
      this.#isSettled = false;
    }
  }

  /** All of them, once the last was added; null where that would prove nothing. */
  digest(): string | null {
    const digest = this.#hash.digest("hex");
    return this.#isSettled ? digest : null;
  }
}
