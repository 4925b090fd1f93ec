import { viewOf } from "./place.ts";

/** Up to here the keys of an object are compared one by one, which is quicker than a set. */
const LISTED_MAX = 24;

/** The keys of the objects that are open, to find one that comes twice. */
export class OpenKeys {
  readonly #bytes: Uint8Array;
  /** Hash, start and end of each key; those of the innermost object are last. It never shrinks. */
  readonly #keys: number[] = [];
  #count = 0;
  /** Where the keys of each open object begin in `#keys`. */
  readonly #bases: number[] = [];
  #depth = 0;
  /** The keys of an object that has many, by its depth. */
  #sets: Map<number, Set<string>> | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** An object has been opened. */
  open(): void {
    this.#bases[this.#depth] = this.#count;
    this.#depth += 1;
  }

  /** The innermost object has been closed. */
  close(): void {
    this.#sets?.delete(this.#depth);
    this.#depth -= 1;
    this.#count = this.#bases[this.#depth] ?? 0;
  }

  /** Adds the key at `[start, end)`, quotes included; true when its object has it already. */
  isRepeated(start: number, end: number, hasEscape: boolean): boolean {
    const base = this.#bases[this.#depth - 1] ?? 0;
    if (this.#count - base >= LISTED_MAX * 3) return this.#isInSet(base, start, end);
    const hash = hasEscape ? hashOfText(this.#name(start, end)) : hashOf(this.#bytes, start, end);
    for (let at = base; at < this.#count; at += 3) {
      if (this.#keys[at] === hash && this.#isSame(at, start, end)) return true;
    }
    this.#keys[this.#count] = hash;
    this.#keys[this.#count + 1] = start;
    this.#keys[this.#count + 2] = end;
    this.#count += 3;
    return false;
  }

  #isSame(at: number, start: number, end: number): boolean {
    const [from = 0, to = 0] = [this.#keys[at + 1], this.#keys[at + 2]];
    return this.#name(from, to) === this.#name(start, end);
  }

  #isInSet(base: number, start: number, end: number): boolean {
    this.#sets ??= new Map();
    let set = this.#sets.get(this.#depth);
    if (set === undefined) {
      set = new Set();
      for (let at = base; at < this.#count; at += 3) {
        set.add(this.#name(this.#keys[at + 1] ?? 0, this.#keys[at + 2] ?? 0));
      }
      this.#sets.set(this.#depth, set);
    }
    const { size } = set;
    return set.add(this.#name(start, end)).size === size;
  }

  /** A key's bytes, a character each, once its escapes are resolved: the same for the same key. */
  #name(start: number, end: number): string {
    const raw = viewOf(this.#bytes, start, end);
    const name = raw.toString("latin1", 1, raw.length - 1);
    if (!name.includes("\\")) return name;
    const text = JSON.parse(raw.toString()) as string;
    // Half a surrogate pair has no UTF-8; the mark cannot be in text of one byte a character.
    return text.isWellFormed() ? Buffer.from(text).toString("latin1") : `\u{100}${text}`;
  }
}

/** FNV-1a over what stands between the quotes. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start + 1; at < end - 1; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  }
  return hash;
}

function hashOfText(name: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = 0; at < name.length; at += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return hash;
}
