import { RawFile } from "./raw-file.ts";
import type { WalFacts } from "./types.ts";

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const LITTLE_ENDIAN = 0x377f0682;
const BIG_ENDIAN = 0x377f0683;
const VERSION = 3_007_000;
/** Read at a time, in whole frames, one at least. */
const PORTION_BYTES = 1024 * 1024;

/** Two running sums of 32 bits each; every frame's starts from those of the frame before it. */
interface Sums {
  first: number;
  second: number;
}

/** Reads a whole -wal and checks every frame of its present generation. */
export function readWal(path: string): WalFacts {
  using file = new RawFile(path);
  const header = Buffer.alloc(HEADER_BYTES);
  const isWhole = file.read(header, 0) === HEADER_BYTES;
  const isBig = header.readUInt32BE(0) === BIG_ENDIAN;
  const pageSize = header.readUInt32BE(8);
  const facts: WalFacts = {
    size: file.size,
    pageSize,
    salts: header.toString("hex", 16, 24),
    isHeaderValid: isWhole && isHeader(header, isBig),
    validFrames: 0,
    committedFrames: 0,
    lostCommit: null,
    brokenFrames: 0,
    databasePages: 0,
  };
  return facts.isHeaderValid ? { ...facts, ...walk(file, header, pageSize, isBig) } : facts;
}

function isHeader(header: Buffer, isBig: boolean): boolean {
  const pageSize = header.readUInt32BE(8);
  if (!isBig && header.readUInt32BE(0) !== LITTLE_ENDIAN) return false;
  if (header.readUInt32BE(4) !== VERSION) return false;
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return false;
  const sums: Sums = { first: 0, second: 0 };
  add(sums, header, 0, 24, isBig);
  return sums.first === header.readUInt32BE(24) && sums.second === header.readUInt32BE(28);
}

type Frames = Pick<
  WalFacts,
  "validFrames" | "committedFrames" | "lostCommit" | "brokenFrames" | "databasePages"
>;

function walk(file: RawFile, header: Buffer, pageSize: number, isBig: boolean): Frames {
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  const portion = Buffer.alloc(Math.max(1, Math.floor(PORTION_BYTES / frameBytes)) * frameBytes);
  const found = {
    validFrames: 0,
    committedFrames: 0,
    lostCommit: null as number | null,
    brokenFrames: 0,
    databasePages: 0,
  };
  let sums = storedSums(header, 24);
  let frame = 0;
  let isBroken = false;
  for (let position = HEADER_BYTES; ; position += portion.length) {
    const filled = file.read(portion, position);
    for (let at = 0; at + frameBytes <= filled; at += frameBytes) {
      frame++;
      const isOurs = portion.compare(header, 16, 24, at + 8, at + 16) === 0;
      const next = storedSums(portion, at + 16);
      const commits = portion.readUInt32BE(at + 4);
      if (isOurs && isSound(portion, at, frameBytes, sums, isBig)) {
        if (isBroken) found.lostCommit ??= commits > 0 ? frame : null;
        else found.validFrames = frame;
        if (!isBroken && commits > 0) {
          found.committedFrames = frame;
          found.databasePages = commits;
        }
      } else isBroken = true;
      if (isBroken && isOurs) found.brokenFrames++;
      sums = next;
    }
    if (filled < portion.length) return found;
  }
}

function storedSums(bytes: Buffer, at: number): Sums {
  return { first: bytes.readUInt32BE(at), second: bytes.readUInt32BE(at + 4) };
}

function isSound(
  bytes: Buffer,
  at: number,
  frameBytes: number,
  before: Sums,
  isBig: boolean,
): boolean {
  if (bytes.readUInt32BE(at) === 0) return false;
  const sums = { ...before };
  add(sums, bytes, at, at + 8, isBig);
  add(sums, bytes, at + FRAME_HEADER_BYTES, at + frameBytes, isBig);
  const stored = storedSums(bytes, at + 16);
  return sums.first === stored.first && sums.second === stored.second;
}

/** SQLite's checksum: a Fibonacci-weighted sum over pairs of words in the WAL's own byte order. */
function add(sums: Sums, bytes: Buffer, start: number, end: number, isBig: boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let { first, second } = sums;
  for (let at = start; at < end; at += 8) {
    first = (first + view.getUint32(at, !isBig) + second) >>> 0;
    second = (second + view.getUint32(at + 4, !isBig) + first) >>> 0;
  }
  sums.first = first;
  sums.second = second;
}
