import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

import { sha256Hex } from "../../../core/hash.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { BLOCK_BYTES, blockCount, blockLength } from "./blocks.ts";
import { compressionOf, type Compression } from "../segments/bytes.ts";
import type { FoundSegment } from "./list-segments.ts";

/** What one reading of a segment has given: as much of it as is whole. */
export interface SurveyedSegment {
  readonly path: string;
  /** Bytes up to the last whole line. */
  readonly size: number;
  /** Bytes behind it: a line that is being written, or that was torn. */
  readonly torn: number;
  readonly compression: Compression;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  /** SHA-256 of each block, in hex digits. */
  readonly blocks: readonly string[];
}

/** The code of what was found to be an SQLite database. */
export const IS_DATABASE = "EISDB";

const LINE_END = 10;
/** The longest last line that may be whole without its end. */
const LAST_LINE_BYTES = 16 << 20;

/** Reads a segment once. Null when it was cut, or written to otherwise than at its end, meanwhile. */
export function surveySegment(place: LogPlace, found: FoundSegment): SurveyedSegment | null {
  const file = openSync(
    segmentAt(place, found.path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const read = readBlocks(file, found.size);
    if (read === null || isOther(file, found)) return null;
    const { compression } = read;
    const end = compression === "none" ? wholeEnd(file, found.size, read.lastEnd) : found.size;
    const { path, mode, uid, gid, mtimeNs } = found;
    const facts = { path, mode, uid, gid, mtimeNs, compression };
    return { ...facts, size: end, torn: found.size - end, blocks: cutBlocks(file, read, end) };
  } finally {
    closeSync(file);
  }
}

interface ReadBlocks {
  readonly size: number;
  readonly compression: Compression;
  readonly blocks: readonly string[];
  /** Bytes up to the last line end, that included. */
  readonly lastEnd: number;
}

const SQLITE = Buffer.from("SQLite format 3\0");

/** The bytes of a database are nobody's business but its engine's. */
function databaseFound(): Error {
  return Object.assign(new Error("an SQLite database"), { code: IS_DATABASE });
}

const buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES);

function readBlocks(file: number, size: number): ReadBlocks | null {
  const blocks: string[] = [];
  let compression: Compression = "none";
  let lastEnd = 0;
  for (let block = 0; block < blockCount(size); block += 1) {
    const bytes = readBlock(file, block, blockLength(size, block));
    if (bytes === null) return null;
    if (block === 0) compression = compressionOf(bytes);
    if (block === 0 && bytes.indexOf(SQLITE) === 0) throw databaseFound();
    blocks.push(sha256Hex(bytes));
    const end = bytes.lastIndexOf(LINE_END);
    if (end >= 0) lastEnd = block * BLOCK_BYTES + end + 1;
  }
  return { size, compression, blocks, lastEnd };
}

/** A view that the next one overwrites; null when the file is shorter. */
function readBlock(file: number, block: number, length: number): Buffer | null {
  for (let done = 0; done < length;) {
    const count = readSync(file, buffer, done, length - done, block * BLOCK_BYTES + done);
    if (count === 0) return null;
    done += count;
  }
  return buffer.subarray(0, length);
}

/** A log that grew meanwhile is the same log; one that changed without growing is not. */
function isOther(file: number, found: FoundSegment): boolean {
  const now = fstatSync(file, { bigint: true });
  if (Number(now.size) < found.size) return true;
  return Number(now.size) === found.size && now.mtimeNs !== found.mtimeNs;
}

/** A last line without its end belongs to the log when it is an object as a whole. */
function wholeEnd(file: number, size: number, lastEnd: number): number {
  const length = size - lastEnd;
  if (length === 0 || length > LAST_LINE_BYTES) return lastEnd;
  const line = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const count = readSync(file, line, done, length - done, lastEnd + done);
    if (count === 0) return lastEnd;
    done += count;
  }
  try {
    const parsed: unknown = JSON.parse(line.toString());
    return typeof parsed === "object" && parsed !== null ? size : lastEnd;
  } catch {
    return lastEnd;
  }
}

/** The blocks up to an end that may lie before that of the file. */
function cutBlocks(file: number, { size, blocks }: ReadBlocks, end: number): readonly string[] {
  if (end === size) return blocks;
  const last = blockCount(end) - 1;
  if (last < 0) return [];
  const bytes = readBlock(file, last, blockLength(end, last));
  return [...blocks.slice(0, last), bytes === null ? "" : sha256Hex(bytes)];
}
