import { createHash, type Hash } from "node:crypto";

import { copyBytes } from "../core/copy-bytes.ts";
import { SalvorError } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { endsRun, fmix32, FNV_FACTOR, FNV_START } from "./boundary.ts";
import { compareRanges } from "./byte-order.ts";
import { packedLength, packLeaf, treeOf, unpackLeaves } from "./tree-codec.ts";
import type { EntrySink, Tree } from "./types.ts";
import { writeVarint } from "./varint.ts";

const LEAF = 0;
const START_BYTES = 64 * 1024;
/** A leaf that outgrows this is hashed in portions, so that no leaf needs more memory. */
const HELD_BYTES = 4 * 1024 * 1024;
/** Two lengths of at most eight bytes each. */
const LENGTHS_BYTES = 16;
/** Below this, a loop copies faster than a call does. */
const COPY_BYTES = 32;

/**
 * Builds the tree of a collection from its entries, given in ascending order of key, then row.
 * Holds one leaf and 50 bytes for each 256 rows, and makes no object for a row.
 */
export class TreeBuilder implements EntrySink {
  readonly #collection: string;
  /** The open leaf as it will be hashed: the tag, then varint(key) key varint(row) row, … */
  #buffer = new Uint8Array(START_BYTES);
  #end = 1;
  /** Where the last entry lies; its bytes stay readable until the next one is written. */
  #keyStart = 0;
  #keyEnd = 0;
  #rowEnd = 0;
  #added = 0;
  #inLeaf = 0;
  #mayEnd = false;
  #portions: Hash | null = null;
  #packed = new Uint8Array(1024);
  #packedEnd = 0;

  constructor(collection: string) {
    this.#collection = collection;
  }

  /** @throws SalvorError FAULT when the entry belongs before the one that was added last. */
  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    row: Uint8Array,
    rowStart: number,
    rowEnd: number,
  ): void {
    if (this.#added > 0) {
      const order = compareRanges(
        this.#buffer,
        this.#keyStart,
        this.#keyEnd,
        key,
        keyStart,
        keyEnd,
      );
      if (order > 0) throw this.#outOfOrder();
      // Equal keys share a leaf: where it ends must not depend on how many of them there are.
      if (order === 0) this.#checkRows(row, rowStart, rowEnd);
      else if (this.#mayEnd) this.#endLeaf();
    }

    const keyLength = keyEnd - keyStart;
    const rowLength = rowEnd - rowStart;
    const needed = keyLength + rowLength + LENGTHS_BYTES;
    if (this.#end + needed > this.#buffer.length) this.#makeRoom(needed);

    const buffer = this.#buffer;
    let at = writeVarint(buffer, this.#end, keyLength);
    this.#keyStart = at;
    let hash = FNV_START;
    for (let from = keyStart; from < keyEnd; from++) {
      const byte = key[from] as number;
      buffer[at++] = byte;
      hash = Math.imul(hash ^ byte, FNV_FACTOR);
    }
    this.#keyEnd = at;
    at = writeVarint(buffer, at, rowLength);
    if (rowLength < COPY_BYTES) {
      for (let from = rowStart; from < rowEnd; from++) buffer[at++] = row[from] as number;
    } else {
      copyBytes(row, rowStart, rowEnd, buffer, at);
      at += rowLength;
    }
    this.#rowEnd = this.#end = at;
    this.#mayEnd = endsRun(0, fmix32(hash));
    this.#inLeaf++;
    this.#added++;
  }

  /** The tree of all that was added. The builder is spent. */
  finish(): Tree {
    if (this.#inLeaf > 0) this.#endLeaf();
    const packed = this.#packed.slice(0, this.#packedEnd);
    return treeOf(this.#collection, unpackLeaves(packed));
  }

  #endLeaf(): void {
    const lastKey = this.#buffer.subarray(this.#keyStart, this.#keyEnd);
    const held = this.#buffer.subarray(0, this.#end);
    const digest = this.#portions?.update(held).digest() ?? sha256(held);

    const needed = this.#packedEnd + packedLength(this.#inLeaf, lastKey.length);
    if (needed > this.#packed.length) this.#packed = grown(this.#packed, this.#packedEnd, needed);
    this.#packedEnd = packLeaf(this.#packed, this.#packedEnd, {
      count: this.#inLeaf,
      digest,
      lastKey,
    });

    this.#portions = null;
    this.#inLeaf = 0;
    this.#buffer[0] = LEAF;
    this.#end = 1;
  }

  #makeRoom(needed: number): void {
    if (this.#end + needed > HELD_BYTES && this.#end > 1) {
      this.#portions ??= createHash("sha256");
      this.#portions.update(this.#buffer.subarray(0, this.#end));
      this.#end = 0;
    }
    if (this.#end + needed > this.#buffer.length)
      this.#buffer = grown(this.#buffer, this.#end, this.#end + needed);
  }

  #checkRows(row: Uint8Array, rowStart: number, rowEnd: number): void {
    const before = this.#keyEnd + varintBytes(this.#buffer, this.#keyEnd);
    if (compareRanges(this.#buffer, before, this.#rowEnd, row, rowStart, rowEnd) > 0)
      throw this.#outOfOrder();
  }

  #outOfOrder(): SalvorError {
    return new SalvorError(
      "FAULT",
      `entry ${this.#added} of collection ${this.#collection} comes before the entry that it follows`,
      { hint: "This is a fault of Salvor's own; please report it with the schema of the table." },
    );
  }
}

function grown(bytes: Uint8Array, used: number, needed: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(bytes.length * 2, needed));
  larger.set(bytes.subarray(0, used));
  return larger;
}

function varintBytes(bytes: Uint8Array, at: number): number {
  let length = 1;
  while ((bytes[at + length - 1] ?? 0) >= 128) length++;
  return length;
}
