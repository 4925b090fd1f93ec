import type { PageFacts } from "./facts.ts";
import { Flaw, Kind, isIndexKind, isTableKind, isLeafKind } from "./kinds.ts";
import type { PageSource } from "./page-source.ts";
import { firstCharacter, isUtf8At, wholeCharactersEnd } from "./text-check.ts";
import { RecordCheck } from "./record-check.ts";
import { isAllZero, SECTOR_BYTES, tearOf } from "./tear.ts";
import { fourBytes, twoBytes } from "./big-endian.ts";

/** Takes the cells whose payload goes on on overflow pages. */
export interface SpillSink {
  /** `pages` is how many there must be, `hasText` that some of it is text. */
  spill(page: number, cell: number, first: number, pages: number, hasText: boolean): void;
}

const PAGE_MAX = 65_536;
const HEADER_OF_FILE = 100;
const OVERFLOW_HEADER_BYTES = 4;
const CELL_MIN = 4;
const ALL_PAYLOAD_MAX = 0x7fff_ffff;

/**
 * Looks at one page after the other by its own bytes alone, and writes down what each is. Whatever
 * they are, it ends, and holds no more than one page's worth of notes.
 */
export class PageCheck {
  readonly #facts: PageFacts;
  readonly #sink: SpillSink;
  readonly #usable: number;
  readonly #pageSize: number;
  readonly #payloadMax: number;
  readonly #localMaxTable: number;
  readonly #localMaxIndex: number;
  readonly #localMin: number;
  readonly #record: RecordCheck;
  /** Where a cell or free block that begins at a byte ends; true of it in this round only. */
  readonly #ends = new Uint32Array(PAGE_MAX + 1);
  readonly #rounds = new Uint32Array(PAGE_MAX + 1);
  #round = 0;
  #page = 0;

  // Where the last number that was read ends, and its two halves of 32 bits.
  #at = 0;
  #high = 0;
  #low = 0;

  constructor(source: PageSource, facts: PageFacts, sink: SpillSink) {
    const { usable, pageSize, pageCount } = source;
    this.#facts = facts;
    this.#sink = sink;
    this.#usable = usable;
    this.#pageSize = pageSize;
    this.#payloadMax = Math.min(ALL_PAYLOAD_MAX, pageCount * pageSize);
    this.#localMin = Math.floor(((usable - 12) * 32) / 255) - 23;
    this.#localMaxIndex = Math.floor(((usable - 12) * 64) / 255) - 23;
    this.#localMaxTable = usable - 35;
    this.#record = new RecordCheck(source.encoding);
  }

  /** Looks at page `page`, whose bytes begin at `base`. */
  check(bytes: Uint8Array, base: number, page: number): void {
    const facts = this.#facts;
    const start = page === 1 ? base + HEADER_OF_FILE : base;
    const type = bytes[start] as number;
    this.#page = page;
    facts.next[page] = fourBytes(bytes, base);
    facts.flaw[page] = Flaw.none;
    if (isTableKind(type) || isIndexKind(type)) {
      facts.kind[page] = type;
      this.#checkTreePage(bytes, base, start, type);
      if (facts.flaw[page] !== Flaw.none) this.#nameTear(bytes, base);
      return;
    }
    const isZero = facts.next[page] === 0 && isAllZero(bytes, start, base + this.#pageSize);
    facts.kind[page] = isZero ? Kind.zero : Kind.other;
    facts.badTexts[page] = isZero || this.#isTextThroughout(bytes, base) ? 0 : 1;
    if (!isZero && facts.next[page] === 0 && isAllZero(bytes, base, base + SECTOR_BYTES))
      this.#complain(Flaw.zeroSector, 0);
  }

  /** As the middle of a long text would be: characters that the page's ends cut do not count. */
  #isTextThroughout(bytes: Uint8Array, base: number): boolean {
    const end = base + this.#usable;
    const start = base + OVERFLOW_HEADER_BYTES;
    return isUtf8At(
      bytes,
      firstCharacter(bytes, start, end),
      wholeCharactersEnd(bytes, start, end),
    );
  }

  /** A page with a flaw may have it because a part of it was never written: that says more. */
  #nameTear(bytes: Uint8Array, base: number): void {
    const tear = tearOf(bytes, base, { pageSize: this.#pageSize, isFirst: this.#page === 1 });
    if (tear === null) return;
    this.#facts.flaw[this.#page] = tear.isZero ? Flaw.zeroSector : Flaw.noiseSector;
    this.#facts.flawAt[this.#page] = tear.byte;
  }

  #checkTreePage(bytes: Uint8Array, base: number, start: number, type: number): void {
    const page = this.#page;
    const facts = this.#facts;
    const count = twoBytes(bytes, start + 3);
    const content = twoBytes(bytes, start + 5) || PAGE_MAX;
    const pointers = start + (isLeafKind(type) ? 8 : 12);
    const pointersEnd = pointers - base + 2 * count;
    facts.cells[page] = count;
    this.#record.begin();
    this.#round++;
    if (pointersEnd > this.#usable) {
      this.#complain(Flaw.cellCount, count);
      facts.cells[page] = 0;
    } else if (content < pointersEnd || content > this.#usable) {
      this.#complain(Flaw.contentStart, content);
      this.#checkCells(bytes, base, pointers, pointersEnd, type);
    } else {
      this.#checkCells(bytes, base, pointers, content, type);
      this.#checkCoverage(bytes, base, start, content);
    }
    this.#keepRecords();
  }

  #keepRecords(): void {
    const page = this.#page;
    const facts = this.#facts;
    const record = this.#record;
    facts.columnsMin[page] = Math.min(record.columnsMin, record.columnsMax);
    facts.columnsMax[page] = record.columnsMax;
    facts.classes[2 * page] = record.classesLow;
    facts.classes[2 * page + 1] = record.classesHigh;
    facts.badTexts[page] = Math.min(255, record.badTexts);
    facts.badTextAt[page] = record.badTextAt;
  }

  #checkCells(
    bytes: Uint8Array,
    base: number,
    pointers: number,
    content: number,
    type: number,
  ): void {
    const usable = this.#usable;
    const count = this.#facts.cells[this.#page] as number;
    const isTable = isTableKind(type);
    const head = isLeafKind(type) ? 0 : 4;
    const hasPayload = type !== Kind.interiorTable;
    const round = this.#round;
    let hasLast = false;
    let lastHigh = 0;
    let lastLow = 0;
    for (let cell = 0; cell < count; cell++) {
      const at = twoBytes(bytes, pointers + 2 * cell);
      if (at < content || at > usable - CELL_MIN) {
        this.#complain(Flaw.cellPointer, cell);
        continue;
      }
      let length = 0;
      let place = base + at + head;
      if (hasPayload) {
        this.#readVarint(bytes, place);
        length = this.#high * 0x1_0000_0000 + this.#low;
        place = this.#at;
      }
      if (isTable) {
        this.#readVarint(bytes, place);
        place = this.#at;
        const high = this.#high;
        const low = this.#low;
        if (!hasLast) this.#keepRowid(this.#facts.firstRowid, high, low);
        else if (high < lastHigh || (high === lastHigh && low <= lastLow))
          this.#complain(Flaw.rowidOrder, cell);
        hasLast = true;
        lastHigh = high;
        lastLow = low;
      }
      const end = hasPayload ? this.#payloadEnd(bytes, base, place, length, cell, isTable) : place;
      if (end < 0) continue;
      const size = Math.max(CELL_MIN, end - base - at);
      if (at + size > usable) {
        this.#complain(Flaw.cellEnd, cell);
        continue;
      }
      if (this.#rounds[at] === round) this.#complain(Flaw.overlap, at);
      this.#rounds[at] = round;
      this.#ends[at] = at + size;
    }
    if (hasLast) this.#keepRowid(this.#facts.lastRowid, lastHigh, lastLow);
  }

  /** Where the cell ends on this page; -1 when that cannot be. */
  #payloadEnd(
    bytes: Uint8Array,
    base: number,
    start: number,
    length: number,
    cell: number,
    isTable: boolean,
  ): number {
    const limit = base + this.#usable;
    if (length < 0 || length > this.#payloadMax) {
      this.#complain(Flaw.payloadLength, cell);
      return -1;
    }
    const localMax = isTable ? this.#localMaxTable : this.#localMaxIndex;
    let local = length;
    if (length > localMax) {
      const surplus = this.#localMin + ((length - this.#localMin) % (this.#usable - 4));
      local = surplus <= localMax ? surplus : this.#localMin;
    }
    const end = start + local + (local < length ? 4 : 0);
    if (end > limit) {
      this.#complain(Flaw.cellEnd, cell);
      return -1;
    }
    if (!this.#record.check(bytes, start, length, local, cell)) this.#complain(Flaw.record, cell);
    if (local < length) {
      const pages = Math.ceil((length - local) / (this.#usable - 4));
      const first = fourBytes(bytes, start + local);
      this.#sink.spill(this.#page, cell, first, pages, this.#record.hasSpilledText);
    }
    return end;
  }

  /** Cells, free blocks and fragments must fill the content area, each byte once. */
  #checkCoverage(bytes: Uint8Array, base: number, start: number, content: number): void {
    const usable = this.#usable;
    const round = this.#round;
    const blocks = this.#markFreeblocks(bytes, base, twoBytes(bytes, start + 1), content);
    if (this.#facts.flaw[this.#page] !== Flaw.none) return;
    let pieces = 0;
    let fragments = 0;
    let at = content;
    while (at < usable) {
      if (this.#rounds[at] === round) {
        pieces++;
        at = this.#ends[at] as number;
      } else {
        fragments++;
        at++;
      }
    }
    if (at > usable || pieces !== blocks + (this.#facts.cells[this.#page] as number))
      this.#complain(Flaw.overlap, content);
    else if (fragments !== bytes[start + 7]) this.#complain(Flaw.fragments, fragments);
  }

  /** How many there are. */
  #markFreeblocks(bytes: Uint8Array, base: number, first: number, content: number): number {
    let blocks = 0;
    for (let at = first; at !== 0; blocks++) {
      const isInside = at >= content && at <= this.#usable - 4;
      const size = isInside ? twoBytes(bytes, base + at + 2) : 0;
      const next = isInside ? twoBytes(bytes, base + at) : 0;
      const isSound = isInside && size >= 4 && at + size <= this.#usable;
      // Neighbours nearer than four bytes would have been made one.
      if (!isSound || (next !== 0 && next <= at + size + 3)) {
        this.#complain(Flaw.freeblock, at);
        return blocks;
      }
      if (this.#rounds[at] === this.#round) this.#complain(Flaw.overlap, at);
      this.#rounds[at] = this.#round;
      this.#ends[at] = at + size;
      at = next;
    }
    return blocks;
  }

  #complain(flaw: number, at: number): void {
    if (this.#facts.flaw[this.#page] !== Flaw.none) return;
    this.#facts.flaw[this.#page] = flaw;
    this.#facts.flawAt[this.#page] = at;
  }

  #keepRowid(column: BigInt64Array, high: number, low: number): void {
    column[this.#page] = (BigInt(high) << 32n) | BigInt(low);
  }

  /** Reads a number of up to 64 bits into `#high` (signed) and `#low`. */
  #readVarint(bytes: Uint8Array, start: number): void {
    const first = bytes[start] as number;
    this.#high = 0;
    if (first < 128) {
      this.#at = start + 1;
      this.#low = first;
      return;
    }
    const second = bytes[start + 1] as number;
    if (second < 128) {
      this.#at = start + 2;
      this.#low = ((first & 127) << 7) | second;
      return;
    }
    const third = bytes[start + 2] as number;
    if (third < 128) {
      this.#at = start + 3;
      this.#low = ((first & 127) << 14) | ((second & 127) << 7) | third;
      return;
    }
    this.#readLongVarint(bytes, start);
  }

  #readLongVarint(bytes: Uint8Array, start: number): void {
    let high = 0;
    let low = 0;
    let at = start;
    for (; at < start + 8; at++) {
      const byte = bytes[at] as number;
      high = (high << 7) | (low >>> 25);
      low = ((low << 7) | (byte & 127)) >>> 0;
      if (byte >= 128) continue;
      this.#at = at + 1;
      this.#high = high | 0;
      this.#low = low;
      return;
    }
    this.#high = (high << 8) | (low >>> 24);
    this.#low = ((low << 8) | (bytes[at] as number)) >>> 0;
    this.#at = at + 1;
  }
}
