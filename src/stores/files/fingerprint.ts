import { createHash } from "node:crypto";

import type { Found } from "./found.ts";
import { Marks, MARKS_BYTES } from "./marks.ts";
import type { RawPath } from "./raw-path.ts";

/** Ends a path: the one byte that no name has. */
const END = "\0";

/** What tells one state of a tree from every other: the names and marks of all entries, in order. */
export class Fingerprint {
  readonly #names = createHash("sha256");
  readonly #marks = createHash("sha256");

  add(found: Found): void {
    const marks = Marks.of(1);
    marks.setFound(0, found);
    this.addAll(found.path, marks);
  }

  /** Adds neighbours at once, which is much quicker: paths with a zero byte between two. */
  addAll(paths: RawPath, marks: Marks): void {
    this.#names.update(paths, "latin1").update(END);
    const hasRoot = paths === "" || paths.startsWith(END);
    if (hasRoot) {
      // A rename of the whole tree moves the root's own change time, and changes nothing in it.
      const root = marks.row(0);
      root.clearCtime(0);
      this.#marks.update(root.bytes);
    }
    this.#marks.update(marks.bytes.subarray(hasRoot ? MARKS_BYTES : 0));
  }

  digest(): string {
    const both = this.#names.digest("hex") + this.#marks.digest("hex");
    return createHash("sha256").update(both).digest("hex");
  }
}

/** The fingerprint of a tree that is not there. */
export const GONE = "gone";
