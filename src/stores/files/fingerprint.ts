import { createHash } from "node:crypto";

import { marksOf, type Found } from "./found.ts";

/** What tells one state of a tree from every other: the marks of all its entries, in order. */
export class Fingerprint {
  readonly #hash = createHash("sha256");

  add(found: Found): void {
    // A rename of the whole tree moves the root's own change time, and changes nothing in it.
    const marks = marksOf(found.path === "" ? { ...found, ctimeNs: 0n } : found);
    this.#hash.update(`${found.path.length} ${found.path} ${marks}\n`, "latin1");
  }

  digest(): string {
    return this.#hash.digest("hex");
  }
}

/** The fingerprint of a tree that is not there. */
export const GONE = "gone";
