import { keyText } from "./place.ts";
import { JsonReader } from "./reader.ts";

const SHAPES_MAX = 16;
const KEYS_MAX = 256;
/** Fewer keys than these may be those of something inside a record. */
const HEAD_KEYS_MIN = 3;

/** Sound records are learnt from at first, then one in so many: they cost a second reading. */
const LEARN_FIRST = 16;
const LEARN_EVERY = 64;

/** What the records of a file look like, as far as it has been read. */
export class RecordShapes {
  /** The first byte of the records; 0 when they are neither objects nor arrays. */
  opening = 0x7b;
  readonly #shapes = new Map<string, ReadonlySet<string>>();
  #seen = 0;

  /** Takes a sound record as an example. */
  learn(bytes: Uint8Array, start: number): void {
    this.#seen += 1;
    if (this.#seen > LEARN_FIRST && this.#seen % LEARN_EVERY !== 0) return;
    const opening = bytes[start] ?? 0;
    this.opening = opening === 0x7b || opening === 0x5b ? opening : 0;
    const keys = keysOf(bytes, start);
    if (keys.size > 0 && this.#shapes.size < SHAPES_MAX) this.#shapes.set([...keys].join(), keys);
  }

  /** Takes the keys before the damage of a first record, where there is no better example yet. */
  learnHead(bytes: Uint8Array, start: number): void {
    const keys = keysOf(bytes, start);
    if (!this.isKnown && keys.size >= HEAD_KEYS_MIN) this.#shapes.set([...keys].join(), keys);
  }

  /** True when there is an example to compare with. */
  get isKnown(): boolean {
    return this.#shapes.size > 0;
  }

  /** Whether the value at `start` has half of its keys, or more, in common with an example. */
  isLike(bytes: Uint8Array, start: number): boolean {
    const keys = keysOf(bytes, start);
    for (const shape of this.#shapes.values()) {
      const common = shape.intersection(keys).size;
      if (common * 2 > shape.size + keys.size - common) return true;
    }
    return false;
  }
}

/** The keys of the object at `start`; none of any other value. */
function keysOf(bytes: Uint8Array, start: number): Set<string> {
  const reader = new JsonReader(bytes, start);
  const keys = new Set<string>();
  for (let event = reader.next(); event !== "end" && event !== "fault"; event = reader.next()) {
    const isOwn = event === "key" && reader.depth === 1 && bytes[start] === 0x7b;
    if (isOwn) keys.add(keyText(bytes, reader.start, reader.end));
    if (keys.size >= KEYS_MAX) break;
  }
  return keys;
}
