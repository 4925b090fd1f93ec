import type { BigIntStats } from "node:fs";

import { KIND_BITS, kindOf, type EntryKind, type Found } from "./found.ts";

// What betrays a change of an entry between two looks, as a row of numbers: mode, owner, group,
// names, size, device, inode, and the times of change of content and of anything. Nanoseconds end in
// 2262 here: how often a later time has passed that end stands above the bits of the mode.

const MODE = 0;
const UID = 1;
const GID = 2;
const LINKS = 3;
const SIZE = 4;
const DEVICE = 5;
const INODE = 6;
const MTIME = 7;
const CTIME = 8;
const FIELDS = 9;

const TIME_BITS = 64;
const MODE_BITS = 32;

/** Bytes of one entry's marks. */
export const MARKS_BYTES = FIELDS * BigInt64Array.BYTES_PER_ELEMENT;

/** Rows of marks, one for each entry of a batch. */
export class Marks {
  readonly numbers: BigInt64Array<ArrayBuffer>;
  readonly bytes: Buffer;

  constructor(numbers: BigInt64Array<ArrayBuffer>) {
    this.numbers = numbers;
    this.bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  }

  /** Rows that are not written yet. */
  static of(rows: number): Marks {
    return new Marks(new BigInt64Array(rows * FIELDS));
  }

  /** Writes what `lstat` has told. */
  set(row: number, stat: BigIntStats): void {
    const { numbers } = this;
    const at = row * FIELDS;
    numbers[at + MODE] = stat.mode + turnsOf(stat.mtimeNs);
    numbers[at + UID] = stat.uid;
    numbers[at + GID] = stat.gid;
    numbers[at + LINKS] = stat.nlink;
    numbers[at + SIZE] = stat.size;
    numbers[at + DEVICE] = stat.dev;
    numbers[at + INODE] = stat.ino;
    numbers[at + MTIME] = stat.mtimeNs;
    numbers[at + CTIME] = stat.ctimeNs;
  }

  /** The same for an entry that somebody else has looked at. */
  setFound(row: number, { kind, inode, ...found }: Found): void {
    const [device = "", number = ""] = inode.split(":");
    const values = [
      BigInt((kind === "other" ? 0 : KIND_BITS[kind]) | found.mode) + turnsOf(found.mtimeNs),
      BigInt(found.uid),
      BigInt(found.gid),
      BigInt(found.links),
      BigInt(found.size),
      BigInt(device),
      BigInt(number),
      found.mtimeNs,
      found.ctimeNs,
    ];
    this.numbers.set(values, row * FIELDS);
  }

  /** The marks of one row. */
  row(row: number): Marks {
    const only = Marks.of(1);
    only.copy(0, this, row);
    return only;
  }

  /** Nothing was written there. */
  isEmpty(row: number): boolean {
    return this.numbers[row * FIELDS + MODE] === 0n;
  }

  /** Some row was not written. */
  hasEmpty(): boolean {
    const { numbers } = this;
    for (let at = MODE; at < numbers.length; at += FIELDS) if (numbers[at] === 0n) return true;
    return false;
  }

  copy(row: number, from: Marks, fromRow: number): void {
    const start = fromRow * FIELDS;
    this.numbers.set(from.numbers.subarray(start, start + FIELDS), row * FIELDS);
  }

  isSame(row: number, other: Marks, otherRow: number): boolean {
    const [at, from] = [row * MARKS_BYTES, otherRow * MARKS_BYTES];
    return this.bytes.compare(other.bytes, from, from + MARKS_BYTES, at, at + MARKS_BYTES) === 0;
  }

  kind(row: number): EntryKind | "other" {
    return kindOf(this.#mode(row));
  }

  /** The twelve bits of permissions. */
  mode(row: number): number {
    return this.#mode(row) & 0o7777;
  }

  uid(row: number): number {
    return this.#number(row, UID);
  }

  gid(row: number): number {
    return this.#number(row, GID);
  }

  links(row: number): number {
    return this.#number(row, LINKS);
  }

  size(row: number): number {
    return this.#number(row, SIZE);
  }

  /** Equal for two names of one file. */
  inode(row: number): string {
    return `${this.#big(row, DEVICE)}:${this.#big(row, INODE)}`;
  }

  mtimeNs(row: number): bigint {
    const turns = this.#big(row, MODE) >> BigInt(MODE_BITS);
    return this.#big(row, MTIME) + (turns << BigInt(TIME_BITS));
  }

  ctimeNs(row: number): bigint {
    return this.#big(row, CTIME);
  }

  /** Takes a time of change away, which is then none of the marks. */
  clearCtime(row: number): void {
    this.numbers[row * FIELDS + CTIME] = 0n;
  }

  #mode(row: number): number {
    return Number(BigInt.asUintN(MODE_BITS, this.#big(row, MODE)));
  }

  #big(row: number, field: number): bigint {
    return this.numbers[row * FIELDS + field] ?? 0n;
  }

  #number(row: number, field: number): number {
    return Number(this.#big(row, field));
  }
}

/** How often a time has passed the end of its field, where a mode has room for it; mostly 0. */
function turnsOf(ns: bigint): bigint {
  const rest = BigInt.asIntN(TIME_BITS, ns);
  return rest === ns ? 0n : ((ns - rest) >> BigInt(TIME_BITS)) << BigInt(MODE_BITS);
}
