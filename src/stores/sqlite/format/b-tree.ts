import type { CellSink } from "./cell-sink.ts";
import { damaged } from "./damage.ts";
import type { PageFile } from "./page-file.ts";
import type { RowidRange } from "./types.ts";

/** What is walked: `name` stands in errors. */
export interface BTree {
  readonly name: string;
  readonly rootPage: number;
  readonly kind: "table" | "index";
}

/** SQLite's own limit: a tree of four children a page is that deep at 2^40 pages. */
const DEPTH_MAX = 20;
/** Zero bytes behind each page, so that a number that is cut off ends there. */
const PADDING = 32;
/** Room for long payloads grows twofold up to here; above it, only as asked. */
const DOUBLED_BYTES = 1024 * 1024;
const INTERIOR_INDEX = 2;
const INTERIOR_TABLE = 5;
const LEAF_INDEX = 10;
const LEAF_TABLE = 13;

/**
 * Walks a b-tree in its order. Whatever the bytes say, it ends: no deeper than {@link DEPTH_MAX}, no
 * more pages than the file has, and no payload larger than the file.
 */
export class BTreeWalk {
  readonly #file: PageFile;
  readonly #tree: BTree;
  readonly #sink: CellSink;
  readonly #levels: Uint8Array<ArrayBuffer>[] = [];
  readonly #isTable: boolean;
  /** The sink wants row ids and nothing else. */
  readonly #isBare: boolean;
  readonly #payloadMax: number;
  readonly #localMax: number;
  readonly #localMin: number;
  #pagesLeft: number;
  #cells = 0;
  #page = 0;
  /** Payloads that lie on several pages are put together here. */
  #assembled = new Uint8Array(0);
  #overflowPage = new Uint8Array(0);

  // Where the last number that was read ends, and its two halves of 32 bits.
  #at = 0;
  #high = 0;
  #low = 0;

  #hasLast = false;
  #lastHigh = 0;
  #lastLow = 0;
  #hasAfter = false;
  #afterHigh = 0;
  #afterLow = 0;
  #hasUpTo = false;
  #upToHigh = 0;
  #upToLow = 0;
  #isPastEnd = false;

  constructor(file: PageFile, tree: BTree, sink: CellSink) {
    this.#file = file;
    this.#tree = tree;
    this.#sink = sink;
    this.#isTable = tree.kind === "table";
    this.#isBare = this.#isTable && sink.rowidsOnly === true;
    this.#pagesLeft = file.pageCount;
    this.#payloadMax = file.pageCount * file.pageSize;
    this.#localMin = Math.floor(((file.usable - 12) * 32) / 255) - 23;
    this.#localMax = this.#isTable
      ? file.usable - 35
      : Math.floor(((file.usable - 12) * 64) / 255) - 23;
  }

  /** The page that the last cell lies on. */
  get page(): number {
    return this.#page;
  }

  /** Hands over every cell in range, once for each object, and returns how many there were. */
  walk(range: RowidRange = { after: null, upTo: null }): number {
    this.#hasAfter = range.after !== null;
    this.#hasUpTo = range.upTo !== null;
    const after = BigInt.asUintN(64, range.after ?? 0n);
    const upTo = BigInt.asUintN(64, range.upTo ?? 0n);
    this.#afterHigh = Number(after >> 32n) | 0;
    this.#afterLow = Number(after & 0xffffffffn);
    this.#upToHigh = Number(upTo >> 32n) | 0;
    this.#upToLow = Number(upTo & 0xffffffffn);
    this.#visit(this.#tree.rootPage, 0);
    return this.#cells;
  }

  #visit(number: number, depth: number): void {
    if (depth > DEPTH_MAX) throw this.#damage(number, `is more than ${DEPTH_MAX} levels deep`);
    this.#countPage(number);
    const page = this.#level(depth);
    this.#file.copyPage(number, page, this.#tree.name);
    this.#page = number;

    const start = number === 1 ? 100 : 0;
    const type = page[start] ?? 0;
    const cells = twoBytes(page, start + 3);
    const isLeaf = type === (this.#isTable ? LEAF_TABLE : LEAF_INDEX);
    const isInterior = type === (this.#isTable ? INTERIOR_TABLE : INTERIOR_INDEX);
    if (!isLeaf && !isInterior)
      throw this.#damage(
        number,
        `has type ${type} where a page of this ${this.#tree.kind} must be`,
      );
    const pointers = start + (isLeaf ? 8 : 12);
    if (pointers + 2 * cells > this.#file.usable)
      throw this.#damage(number, `claims ${cells} cells, which do not fit`);

    if (isInterior) this.#visitChildren(page, number, pointers, cells, depth);
    else if (this.#isTable) this.#leafOfTable(page, pointers, cells);
    else this.#leafOfIndex(page, pointers, cells);
  }

  #visitChildren(
    page: Uint8Array,
    number: number,
    pointers: number,
    cells: number,
    depth: number,
  ): void {
    const content = pointers + 2 * cells;
    for (let index = 0; index < cells && !this.#isPastEnd; index++) {
      const at = this.#cellAt(page, number, pointers, index, content);
      if (at + 4 > this.#file.usable) throw this.#damage(number, `has a cell beyond its end`);
      const child = fourBytes(page, at);
      if (this.#isTable) {
        this.#readVarint(page, at + 4);
        if (this.#hasAfter && !this.#isAfter(this.#high, this.#low)) continue;
        this.#visit(child, depth + 1);
      } else {
        this.#visit(child, depth + 1);
        this.#page = number;
        this.#readVarint(page, at + 4);
        this.#deliver(page, this.#at, this.#payloadLength(), 0, 0);
      }
    }
    if (!this.#isPastEnd) this.#visit(fourBytes(page, pointers - 4), depth + 1);
  }

  #leafOfTable(page: Uint8Array, pointers: number, cells: number): void {
    const number = this.#page;
    const content = pointers + 2 * cells;
    for (let index = 0; index < cells; index++) {
      const at = this.#cellAt(page, number, pointers, index, content);
      this.#readVarint(page, at);
      const length = this.#isBare ? 0 : this.#payloadLength();
      this.#readVarint(page, this.#at);
      const high = this.#high;
      const low = this.#low;
      if (this.#hasLast && !isGreater(high, low, this.#lastHigh, this.#lastLow))
        throw this.#damage(number, `has row ids that do not ascend`);
      this.#hasLast = true;
      this.#lastHigh = high;
      this.#lastLow = low;
      if (this.#hasAfter && !this.#isAfter(high, low)) continue;
      if (this.#hasUpTo && isGreater(high, low, this.#upToHigh, this.#upToLow)) {
        this.#isPastEnd = true;
        return;
      }
      this.#deliver(page, this.#at, length, high, low);
    }
  }

  #leafOfIndex(page: Uint8Array, pointers: number, cells: number): void {
    const content = pointers + 2 * cells;
    for (let index = 0; index < cells; index++) {
      this.#readVarint(page, this.#cellAt(page, this.#page, pointers, index, content));
      this.#deliver(page, this.#at, this.#payloadLength(), 0, 0);
    }
  }

  #cellAt(
    page: Uint8Array,
    number: number,
    pointers: number,
    index: number,
    content: number,
  ): number {
    const at = twoBytes(page, pointers + 2 * index);
    if (at >= content && at < this.#file.usable) return at;
    throw this.#damage(number, `has cell ${index} at byte ${at}, where none can be`);
  }

  #payloadLength(): number {
    const length = this.#high * 0x1_0000_0000 + this.#low;
    if (length >= 0 && length <= this.#payloadMax) return length;
    throw this.#damage(this.#page, `has a cell of ${length} bytes, more than the file has`);
  }

  #deliver(page: Uint8Array, start: number, length: number, high: number, low: number): void {
    this.#cells++;
    const { usable } = this.#file;
    if (length <= this.#localMax) {
      if (start + length > usable) throw this.#damage(this.#page, `has a cell beyond its end`);
      this.#sink.cell(page, start, start + length, high, low);
      return;
    }
    const surplus = this.#localMin + ((length - this.#localMin) % (usable - 4));
    const local = surplus <= this.#localMax ? surplus : this.#localMin;
    if (start + local + 4 > usable) throw this.#damage(this.#page, `has a cell beyond its end`);
    this.#assemble(page, start, local, length);
    this.#sink.cell(this.#assembled, 0, length, high, low);
  }

  /** Follows the chain of overflow pages; as long as the length asks for, never longer. */
  #assemble(page: Uint8Array, start: number, local: number, length: number): void {
    if (this.#assembled.length < length)
      this.#assembled = new Uint8Array(
        Math.max(length, Math.min(2 * length, DOUBLED_BYTES)) + PADDING,
      );
    this.#assembled.set(page.subarray(start, start + local));
    const portion = this.#file.usable - 4;
    let next = fourBytes(page, start + local);
    for (let done = local; done < length; done += portion) {
      this.#countPage(next);
      this.#overflowPage = this.#room(this.#overflowPage);
      this.#file.copyPage(next, this.#overflowPage, `${this.#tree.name}, page ${this.#page},`);
      const end = 4 + Math.min(portion, length - done);
      this.#assembled.set(this.#overflowPage.subarray(4, end), done);
      next = fourBytes(this.#overflowPage, 0);
    }
  }

  #countPage(number: number): void {
    if (this.#pagesLeft-- > 0) return;
    throw this.#damage(number, `is reached a second time`);
  }

  #level(depth: number): Uint8Array<ArrayBuffer> {
    const level = this.#room(this.#levels[depth] ?? new Uint8Array(0));
    this.#levels[depth] = level;
    return level;
  }

  #room(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return bytes.length > 0 ? bytes : new Uint8Array(this.#file.pageSize + PADDING);
  }

  #isAfter(high: number, low: number): boolean {
    return isGreater(high, low, this.#afterHigh, this.#afterLow);
  }

  /** Reads a number of up to 64 bits into `#high` (signed) and `#low`. */
  #readVarint(page: Uint8Array, start: number): void {
    const first = page[start] as number;
    if (first < 128) {
      this.#at = start + 1;
      this.#high = 0;
      this.#low = first;
      return;
    }
    const second = page[start + 1] as number;
    if (second < 128) {
      this.#at = start + 2;
      this.#high = 0;
      this.#low = ((first & 127) << 7) | second;
      return;
    }
    this.#readLongVarint(page, start);
  }

  #readLongVarint(page: Uint8Array, start: number): void {
    let high = 0;
    let low = 0;
    let at = start;
    for (; at < start + 8; at++) {
      const byte = page[at] as number;
      high = (high << 7) | (low >>> 25);
      low = ((low << 7) | (byte & 127)) >>> 0;
      if (byte >= 128) continue;
      this.#at = at + 1;
      this.#high = high | 0;
      this.#low = low;
      return;
    }
    this.#high = (high << 8) | (low >>> 24);
    this.#low = ((low << 8) | (page[at] as number)) >>> 0;
    this.#at = at + 1;
  }

  #damage(page: number, what: string): Error {
    return damaged(this.#file.path, `page ${page} of ${this.#tree.name} ${what}`);
  }
}

function isGreater(high: number, low: number, otherHigh: number, otherLow: number): boolean {
  return high > otherHigh || (high === otherHigh && low > otherLow);
}

function twoBytes(page: Uint8Array, at: number): number {
  return ((page[at] as number) << 8) | (page[at + 1] as number);
}

function fourBytes(page: Uint8Array, at: number): number {
  return twoBytes(page, at) * 65_536 + twoBytes(page, at + 2);
}
