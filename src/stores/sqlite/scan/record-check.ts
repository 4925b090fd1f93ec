import type { TextEncoding } from "../format/header.ts";
import {
  BLOB_CLASS,
  CLASS_BITS,
  CLASSED_COLUMNS,
  COLUMNS_A_WORD,
  INTEGER_CLASS,
  NULL_CLASS,
  REAL_CLASS,
  TEXT_CLASS,
} from "./kinds.ts";
import { isUtf8At, wholeCharactersEnd } from "./text-check.ts";

const NOT_USED = 255;
/** Bytes of the body of serial types 0 to 11. */
const SIZES = Uint8Array.of(0, 1, 2, 3, 4, 6, 8, 8, 0, 0, NOT_USED, NOT_USED);
const CLASSES = Uint8Array.of(
  NULL_CLASS,
  ...[1, 2, 3, 4, 5, 6].map(() => INTEGER_CLASS),
  REAL_CLASS,
  INTEGER_CLASS,
  INTEGER_CLASS,
);
const FIRST_LONG_TYPE = 12;
const COLUMNS_MAX = 32_767;

/** Checks the records of one page, and gathers what they have in common. Allocates next to nothing. */
export class RecordCheck {
  columnsMin = 0;
  columnsMax = 0;
  classesLow = 0;
  classesHigh = 0;
  badTexts = 0;
  badTextAt = 0;
  /** Of the last record: some of what lies on overflow pages is text. */
  hasSpilledText = false;
  readonly #isUtf8: boolean;
  readonly #isUtf16: boolean;
  #at = 0;
  #textStart = 0;
  #textEnd = 0;
  #isBadText = false;

  constructor(encoding: TextEncoding | null) {
    this.#isUtf8 = encoding === "utf-8";
    this.#isUtf16 = encoding !== null && encoding !== "utf-8";
  }

  /** Forgets what the last page had. */
  begin(): void {
    this.columnsMin = COLUMNS_MAX;
    this.columnsMax = 0;
    this.classesLow = 0;
    this.classesHigh = 0;
    this.badTexts = 0;
    this.badTextAt = 0;
  }

  /**
   * Is the payload at `start` a record? `local` of its `length` bytes are here. Of a header that
   * goes on elsewhere only the beginning is judged.
   */
  check(bytes: Uint8Array, start: number, length: number, local: number, cell: number): boolean {
    this.hasSpilledText = false;
    const here = start + local;
    const headerLength = this.#readNumber(bytes, start);
    const headerEnd = start + headerLength;
    if (this.#at > headerEnd || headerLength > length) return false;
    const isSpilled = headerEnd > here;
    const typesEnd = isSpilled ? here : headerEnd;
    if (isSpilled && local === length) return false;

    this.#textStart = 0;
    this.#textEnd = 0;
    this.#isBadText = false;
    let at = this.#at;
    let body = headerEnd;
    let columns = 0;
    let low = 0;
    let high = 0;
    while (at < typesEnd) {
      let serial = bytes[at] as number;
      if (serial < 128) at++;
      else {
        serial = this.#readNumber(bytes, at);
        at = this.#at;
        if (at > typesEnd) {
          if (isSpilled) break;
          return false;
        }
      }
      let kind: number;
      if (serial >= FIRST_LONG_TYPE) {
        const isText = serial % 2 === 1;
        const size = (serial - (isText ? 13 : 12)) / 2;
        kind = isText ? TEXT_CLASS : BLOB_CLASS;
        if (isText && size > 0) this.#meetText(bytes, body, size, here);
        body += size;
      } else {
        const size = SIZES[serial] as number;
        if (size === NOT_USED) return false;
        kind = CLASSES[serial] as number;
        body += size;
      }
      if (columns < COLUMNS_A_WORD) low |= 1 << (columns * CLASS_BITS + kind);
      else if (columns < CLASSED_COLUMNS)
        high |= 1 << ((columns - COLUMNS_A_WORD) * CLASS_BITS + kind);
      columns++;
    }
    if (isSpilled) return body <= start + length;
    if (at !== headerEnd || body !== start + length) return false;
    this.#flushText(bytes);
    if (this.#isBadText && this.badTexts++ === 0) this.badTextAt = cell;
    this.classesLow |= low;
    this.classesHigh |= high;
    if (columns < this.columnsMin) this.columnsMin = columns;
    if (columns > this.columnsMax) this.columnsMax = columns;
    return true;
  }

  /** Neighbouring texts are judged in one go; none of them may begin within a character. */
  #meetText(bytes: Uint8Array, start: number, size: number, here: number): void {
    if (start + size > here) this.hasSpilledText = true;
    if (this.#isUtf16) {
      if (size % 2 === 1) this.#isBadText = true;
      return;
    }
    if (!this.#isUtf8 || start >= here) return;
    if (((bytes[start] as number) & 0xc0) === 0x80) this.#isBadText = true;
    const end = start + size > here ? wholeCharactersEnd(bytes, start, here) : start + size;
    if (start !== this.#textEnd) {
      this.#flushText(bytes);
      this.#textStart = start;
    }
    this.#textEnd = end;
  }

  #flushText(bytes: Uint8Array): void {
    if (this.#textEnd === 0 || this.#isBadText) return;
    if (!isUtf8At(bytes, this.#textStart, this.#textEnd)) this.#isBadText = true;
  }

  /** A number of as many bytes as somebody wrote; where it ends is kept. */
  #readNumber(bytes: Uint8Array, start: number): number {
    const first = bytes[start] as number;
    this.#at = start + 1;
    if (first < 128) return first;
    const second = bytes[start + 1] as number;
    this.#at = start + 2;
    if (second < 128) return (first & 127) * 128 + second;
    let value = (first & 127) * 128 + (second & 127);
    for (let at = start + 2; at < start + 9; at++) {
      const byte = bytes[at] as number;
      this.#at = at + 1;
      if (at === start + 8) return value * 256 + byte;
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
    return value;
  }
}
