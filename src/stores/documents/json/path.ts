import { keyText } from "./place.ts";

/** Where a reader is in a document: the key or the index at each level. */
export class JsonPath {
  readonly #bytes: Uint8Array;
  /** Start and end of the key of each open object, or -1 and the index in each open array. */
  readonly #steps: number[] = [];
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** An object or array has been opened. */
  open(isObject: boolean): void {
    this.#steps[this.#count] = isObject ? 0 : -1;
    this.#steps[this.#count + 1] = isObject ? 0 : -1;
    this.#count += 2;
  }

  /** The innermost one has been closed. */
  close(): void {
    this.#count -= 2;
  }

  /** The member with the key at `[start, end)` begins. */
  key(start: number, end: number): void {
    const last = this.#count;
    this.#steps[last - 2] = start;
    this.#steps[last - 1] = end;
  }

  /** A value begins; in an array, the next one. */
  value(): void {
    const last = this.#count;
    if (this.#steps[last - 2] === -1) this.#steps[last - 1] = (this.#steps[last - 1] ?? 0) + 1;
  }

  /** As RFC 6901 writes it; in a very deep document its first levels only. */
  pointer(): string {
    let pointer = "";
    const levels = Math.min(this.#count, 2 * LEVELS_SHOWN);
    for (let at = 0; at < levels; at += 2) {
      const [start = 0, end = 0] = [this.#steps[at], this.#steps[at + 1]];
      if (start === -1) pointer += end < 0 ? "" : `/${end}`;
      else if (end > 0) pointer += `/${escaped(keyText(this.#bytes, start, end))}`;
    }
    return levels < this.#count ? `${pointer}/…` : pointer;
  }
}

const LEVELS_SHOWN = 64;

function escaped(step: string): string {
  return step.replaceAll("~", "~0").replaceAll("/", "~1");
}
