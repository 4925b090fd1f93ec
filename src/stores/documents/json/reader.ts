import type { JsonFaultCode } from "./faults.ts";

/** What the reader has come upon. `end`: the value is complete; `fault`: it cannot be. */
export type JsonEvent =
  | "open-object"
  | "open-array"
  | "close-object"
  | "close-array"
  | "key"
  | "string"
  | "number"
  | "literal"
  | "end"
  | "fault";

const OBJECT = 1;
const ARRAY = 0;

// What may come next. Numbers, because they are compared for every token.
const VALUE = 0;
const FIRST = 1;
const MORE = 2;
const DONE = 3;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;

/** What may follow a backslash, but for `u`. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

/**
 * Reads one value by RFC 8259, token by token and strictly. It never calls itself, so that the depth
 * of a document costs memory (a byte a level) and no stack. It looks at bytes only: whether they are
 * UTF-8 is asked elsewhere.
 */
export class JsonReader {
  readonly bytes: Uint8Array;
  /** Where the current token begins, quotes included. */
  start: number;
  /** Behind the current token; -1 before the first. */
  end = -1;
  /** Where the next token is sought. */
  at: number;
  /** Open objects and arrays. */
  depth = 0;
  /** The current string or key holds a backslash. */
  hasEscape = false;
  /** The current number has an exponent. */
  hasExponent = false;
  /** Set when `next` has said `fault`; its place is `faultAt`. */
  fault: JsonFaultCode | null = null;
  faultAt = 0;

  readonly #limit: number;
  #kinds = new Uint8Array(64);
  #expects = VALUE;

  /** Reads from `start`; sees nothing from `end` on. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.start = start;
    this.at = start;
    this.#limit = end;
  }

  /** The next token; after `end` and `fault` always the same. */
  next(): JsonEvent {
    if (this.#expects === DONE) return this.fault === null ? "end" : "fault";
    const byte = this.#skipSpace();
    if (this.#expects === VALUE) return this.#value(byte);
    const isObject = this.#kinds[this.depth - 1] === OBJECT;
    if (byte === (isObject ? 0x7d : 0x5d)) return this.#close(isObject);
    if (this.#expects === FIRST) return isObject ? this.#key(byte) : this.#value(byte);
    if (byte !== COMMA) return this.#unexpected();
    this.at += 1;
    const following = this.#skipSpace();
    return isObject ? this.#key(following) : this.#value(following);
  }

  /** True when nothing but white space follows the value that has been read. */
  isLast(): boolean {
    return this.#skipSpace() === -1;
  }

  /** Whether the open container at a level, from 0 at the root, is an object. */
  isObjectAt(level: number): boolean {
    return this.#kinds[level] === OBJECT;
  }

  /** The next byte that is no white space, or -1 at the end. */
  #skipSpace(): number {
    const { bytes } = this;
    let { at } = this;
    while (at < this.#limit) {
      const byte = bytes[at] ?? 0;
      if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) {
        this.at = at;
        return byte;
      }
      at += 1;
    }
    this.at = at;
    return -1;
  }

  #value(byte: number): JsonEvent {
    this.start = this.at;
    if (byte === QUOTE) return this.#string() ? this.#complete("string") : "fault";
    if (byte === 0x7b) return this.#open(OBJECT);
    if (byte === 0x5b) return this.#open(ARRAY);
    if (byte === 0x2d || isDigit(byte)) return this.#number(byte);
    return this.#literal(byte);
  }

  #key(byte: number): JsonEvent {
    this.start = this.at;
    if (byte !== QUOTE) return this.#unexpected();
    if (!this.#string()) return "fault";
    if (this.#skipSpace() !== COLON) return this.#unexpected();
    this.at += 1;
    this.#expects = VALUE;
    return "key";
  }

  #open(kind: number): JsonEvent {
    if (this.depth === this.#kinds.length) {
      const kinds = new Uint8Array(this.depth * 2);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
    }
    this.#kinds[this.depth] = kind;
    this.depth += 1;
    this.at += 1;
    this.end = this.at;
    this.#expects = FIRST;
    return kind === OBJECT ? "open-object" : "open-array";
  }

  #close(isObject: boolean): JsonEvent {
    this.start = this.at;
    this.at += 1;
    this.end = this.at;
    this.depth -= 1;
    return this.#complete(isObject ? "close-object" : "close-array");
  }

  #complete(event: JsonEvent): JsonEvent {
    this.#expects = this.depth === 0 ? DONE : MORE;
    return event;
  }

  #string(): boolean {
    const { bytes } = this;
    const limit = this.#limit;
    let at = this.start + 1;
    this.hasEscape = false;
    while (at < limit) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) {
        this.at = at + 1;
        this.end = at + 1;
        return true;
      }
      if (byte < 0x20) return this.#failed("control-character", at);
      if (byte === BACKSLASH) {
        const length = this.#escapeLength(at);
        if (length === 0) return false;
        this.hasEscape = true;
        at += length;
      } else at += 1;
    }
    return this.#failed("truncated", limit);
  }

  /** Bytes of the escape at `at`; 0 when it is none. */
  #escapeLength(at: number): number {
    if (at + 1 >= this.#limit) return this.#noEscape(this.#limit);
    const kind = this.bytes[at + 1] ?? 0;
    if (kind !== 0x75) return ESCAPES.has(kind) ? 2 : this.#noEscape(at);
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      if (digit >= this.#limit) return this.#noEscape(this.#limit);
      if (!isHex(this.bytes[digit] ?? 0)) return this.#noEscape(at);
    }
    return 6;
  }

  #noEscape(at: number): 0 {
    this.#failed(at >= this.#limit ? "truncated" : "bad-escape", at);
    return 0;
  }

  #number(first: number): JsonEvent {
    const whole = first === MINUS ? this.start + 1 : this.start;
    let at = this.bytes[whole] === ZERO && whole < this.#limit ? whole + 1 : this.#digits(whole);
    if (at < 0) return "fault";
    this.hasExponent = false;
    if (at < this.#limit && this.bytes[at] === POINT) at = this.#digits(at + 1);
    if (at < 0) return "fault";
    if (at < this.#limit && ((this.bytes[at] ?? 0) | 0x20) === LOWER_E) {
      this.hasExponent = true;
      const sign = at + 1 < this.#limit ? this.bytes[at + 1] : 0;
      at = this.#digits(sign === PLUS || sign === MINUS ? at + 2 : at + 1);
      if (at < 0) return "fault";
    }
    if (at < this.#limit && isNumeric(this.bytes[at] ?? 0)) {
      this.#failed("bad-number", at);
      return "fault";
    }
    this.at = at;
    this.end = at;
    return this.#complete("number");
  }

  /** Behind one or more digits; -1 where there is none. */
  #digits(from: number): number {
    const { bytes } = this;
    let at = from;
    while (at < this.#limit && isDigit(bytes[at] ?? 0)) at += 1;
    if (at > from) return at;
    this.#failed(at >= this.#limit ? "truncated" : "bad-number", at);
    return -1;
  }

  #literal(byte: number): JsonEvent {
    const literal = byte === 0x74 ? TRUE : byte === 0x66 ? FALSE : byte === 0x6e ? NULL : null;
    if (literal === null) return this.#unexpected();
    let at = this.start;
    for (const expected of literal) {
      if (at >= this.#limit || this.bytes[at] !== expected) {
        this.#failed(at >= this.#limit ? "truncated" : "bad-literal", at);
        return "fault";
      }
      at += 1;
    }
    this.at = at;
    this.end = at;
    return this.#complete("literal");
  }

  /** Nothing of JSON begins at `at`, or not here. */
  #unexpected(): "fault" {
    const { at } = this;
    if (at >= this.#limit) this.#failed(this.end < 0 ? "empty" : "truncated", this.#limit);
    else this.#failed(isLetter(this.bytes[at] ?? 0) ? "bad-literal" : "unexpected-byte", at);
    return "fault";
  }

  #failed(fault: JsonFaultCode, at: number): false {
    this.fault = fault;
    this.faultAt = at;
    this.#expects = DONE;
    return false;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** What cannot stand right behind a number, because it looks as if it belonged to it. */
function isNumeric(byte: number): boolean {
  return isDigit(byte) || byte === POINT || byte === PLUS || byte === MINUS || isLetter(byte);
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isHex(byte: number): boolean {
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
