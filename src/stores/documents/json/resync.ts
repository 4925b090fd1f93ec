import type { RecordLimits } from "./piece.ts";
import { RecordShapes } from "./shape.ts";
import { isSpace, skipSpace } from "./space.ts";
import { readRecord, type RecordTrial } from "./trial.ts";
import type { ByteWindow } from "./window.ts";

const COMMA = 0x2c;
const QUOTE = 0x22;
const CHAIN_MAX = 32;

/** Bytes that may be read on trial for each byte that is passed: bounds the time of any file. */
const CREDIT_PER_BYTE = 32;
const CREDIT_AT_FIRST = 4 * 1024 * 1024;

/** Where records that follow each other lead to. */
type Chain = { readonly end: "inner" | "top" | "open" | "more"; readonly behind: number };

/** Finds where the records go on behind damage. */
export class Resync {
  readonly #window: ByteWindow;
  readonly #closer: number;
  readonly #spanMax: number;
  readonly #isCertainOnly: boolean;
  readonly #chainMax: number;
  readonly #shapes = new RecordShapes();
  #credit = CREDIT_AT_FIRST;
  #creditedTo = 0;

  constructor(window: ByteWindow, closer: number, limits: RecordLimits) {
    this.#window = window;
    this.#closer = closer;
    this.#spanMax = limits.recordMax;
    this.#isCertainOnly = limits.certainOnly;
    this.#chainMax = limits.certainOnly ? Number.POSITIVE_INFINITY : CHAIN_MAX;
  }

  /** Takes a sound record as an example of what to look for. */
  learn(trial: RecordTrial): void {
    this.#shapes.learn(this.#window.bytes, this.#window.indexOf(trial.at));
  }

  /** Takes what a damaged record begins with as an example, as long as no sound one was seen. */
  learnHead(offset: number): void {
    this.#shapes.learnHead(this.#window.bytes, this.#window.indexOf(offset));
  }

  /**
   * The first place from `offset` on where a record begins that is no part of the damaged one; the
   * end of the file when there is none, and at most `recordMax` away.
   */
  *find(offset: number): Generator<null, number> {
    const window = this.#window;
    const last = window.offsetOf(window.at) + this.#spanMax;
    for (let from = offset; from <= last;) {
      const candidate = this.#candidate(from);
      const next = candidate === -1 ? "more" : this.#weigh(candidate);
      if (next === "accept") return candidate;
      if (next !== "more") from = next;
      else if (window.ended) return window.endOffset;
      else if (candidate !== -1 && window.ahead > 2 * this.#spanMax) from = candidate + 1;
      else {
        from = candidate === -1 ? Math.max(from, window.endOffset) : candidate;
        yield null;
      }
    }
    return last;
  }

  /** The next place where a record could begin, by its first byte; -1 when none is held. */
  #candidate(offset: number): number {
    const { bytes } = this.#window;
    const from = this.#window.indexOf(offset);
    if (this.#closer === 0x7d) return this.#found(bytes.indexOf(QUOTE, from));
    const { opening } = this.#shapes;
    if (opening !== 0 && !this.#isCertainOnly) return this.#found(bytes.indexOf(opening, from));
    const comma = bytes.indexOf(COMMA, from > 0 ? from - 1 : 0);
    return comma === -1 ? -1 : this.#found(skipSpace(bytes, comma + 1));
  }

  #found(index: number): number {
    return index === -1 || index >= this.#window.bytes.length ? -1 : this.#window.offsetOf(index);
  }

  /** `accept`, or where to look next. */
  #weigh(candidate: number): "accept" | "more" | number {
    if (!this.#hasCredit(candidate)) return candidate + 1;
    const trial = this.#read(candidate);
    if (trial.kind === "more") return "more";
    const { bytes } = this.#window;
    const start = this.#window.indexOf(trial.at);
    const { opening, isKnown } = this.#shapes;
    if (trial.kind === "faulty") return candidate + 1;
    if (!this.#isCertainOnly && opening !== 0 && bytes[start] !== opening) return candidate + 1;
    if (trial.kind === "unseparated") {
      return !this.#isCertainOnly && isKnown && this.#shapes.isLike(bytes, start)
        ? "accept"
        : candidate + 1;
    }
    const chain = this.#follow(trial);
    if (chain.end === "more") return "more";
    if (chain.end === "inner") return chain.behind;
    if (chain.end === "top") return "accept";
    if (this.#isCertainOnly) return candidate + 1;
    const isPlausible = isKnown ? this.#isChainLike(trial) : this.#isBehindComma(candidate);
    return isPlausible ? "accept" : candidate + 1;
  }

  /** A place can be told to be inside a damaged record by the bracket that its neighbours lead to. */
  #follow(first: RecordTrial): Chain {
    let trial = first;
    for (let count = 0; count < this.#chainMax; count += 1) {
      if (trial.next === -1) return { end: "top", behind: trial.nextAt };
      if (trial.next === this.#closer) return this.#closed(trial.nextAt + 1);
      if (trial.kind !== "sound") break;
      trial = this.#read(this.#skipSpace(trial.nextAt + 1));
      if (trial.kind === "more") return { end: "more", behind: 0 };
      if (trial.kind === "faulty") break;
    }
    return { end: "open", behind: 0 };
  }

  /** Behind a closing bracket: the end of the file, or more of the record around it. */
  #closed(offset: number): Chain {
    const behind = this.#skipSpace(offset);
    const byte = this.#window.byteAt(behind);
    if (byte === -1) return { end: this.#window.ended ? "top" : "more", behind };
    // Where a record begins right behind it, the bracket was a comma before a bit of it fell.
    const expected = this.#closer === 0x7d ? QUOTE : this.#shapes.opening;
    return { end: expected !== 0 && byte === expected ? "open" : "inner", behind };
  }

  /** Whether one of the records that follow each other from here on looks as those before. */
  #isChainLike(first: RecordTrial): boolean {
    let trial = first;
    for (let count = 0; count < CHAIN_MAX; count += 1) {
      if (this.#shapes.isLike(this.#window.bytes, this.#window.indexOf(trial.at))) return true;
      if (trial.kind !== "sound" || trial.next !== COMMA) return false;
      trial = this.#read(this.#skipSpace(trial.nextAt + 1));
      if (trial.kind === "faulty" || trial.kind === "more") return false;
    }
    return false;
  }

  #isBehindComma(offset: number): boolean {
    let at = offset - 1;
    while (isSpace(this.#window.byteAt(at))) at -= 1;
    return this.#window.byteAt(at) === COMMA;
  }

  #skipSpace(offset: number): number {
    return this.#window.offsetOf(skipSpace(this.#window.bytes, this.#window.indexOf(offset)));
  }

  #read(offset: number): RecordTrial {
    const trial = readRecord(this.#window, offset, this.#closer);
    this.#credit -= trial.end - offset + 1;
    return trial;
  }

  #hasCredit(offset: number): boolean {
    if (offset > this.#creditedTo) {
      this.#credit += (offset - this.#creditedTo) * CREDIT_PER_BYTE;
      this.#creditedTo = offset;
    }
    return this.#credit > 0;
  }
}
