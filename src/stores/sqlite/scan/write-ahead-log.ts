import { systemCode } from "../../../core/errors.ts";
import { RawFile } from "../preflight/raw-file.ts";
import type { WalFacts } from "../preflight/types.ts";
import { readWal } from "../preflight/wal.ts";
import { fourBytes } from "./big-endian.ts";
import type { LostFrames, Overlay } from "./page-source.ts";

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const LOST_PAGES_MAX = 10_000;

/** What a -wal lays over its database. */
export interface Log {
  /** The newest committed frame of each page; null when nothing is committed. */
  readonly overlay: Overlay | null;
  readonly lostFrames: LostFrames | null;
  /** Pages of the database after the last commit; what the -wal claims is not believed blindly. */
  databasePages(filePages: number): number;
}

/** Reads which pages lie in a -wal; null when there is none, or when it is not of this page size. */
export function readLog(path: string, pageSize: number): Log | null {
  const facts = whenThere(path);
  if (facts === null || !facts.isHeaderValid || facts.pageSize !== pageSize) return null;
  using file = new RawFile(path);
  const overlay = facts.committedFrames === 0 ? null : newestFrames(file, path, facts);
  const last = overlay?.pages.at(-1) ?? 0;
  return {
    overlay,
    lostFrames: facts.lostCommit === null ? null : lostFrames(file, facts),
    databasePages: (filePages) =>
      overlay === null ? filePages : Math.min(facts.databasePages, Math.max(filePages, last)),
  };
}

function whenThere(path: string): WalFacts | null {
  try {
    return readWal(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}

function newestFrames(file: RawFile, path: string, facts: WalFacts): Overlay {
  const newest = new Map<number, number>();
  for (const { page, at } of framesOf(file, facts, 1, facts.committedFrames)) newest.set(page, at);
  const pages = Uint32Array.from(newest.keys()).toSorted();
  return { path, pages, offsets: Float64Array.from(pages, (page) => newest.get(page) ?? 0) };
}

/** Frames of the same generation behind the first broken one, up to the end of the file. */
function lostFrames(file: RawFile, facts: WalFacts): LostFrames {
  const pages = new Set<number>();
  const broken = facts.validFrames + 1;
  let frames = 0;
  let commits = 0;
  for (const { page, size, salts } of framesOf(file, facts, broken + 1, Infinity)) {
    if (salts !== facts.salts) continue;
    frames++;
    if (size > 0) commits++;
    if (pages.size < LOST_PAGES_MAX) pages.add(page);
  }
  return { broken, frames, commits, pages: Uint32Array.from(pages).toSorted() };
}

interface Frame {
  readonly page: number;
  /** Pages of the database after this commit; 0 within a transaction. */
  readonly size: number;
  readonly salts: string;
  /** Where the page's bytes begin. */
  readonly at: number;
}

function* framesOf(
  file: RawFile,
  { pageSize }: WalFacts,
  from: number,
  to: number,
): Generator<Frame> {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  for (let frame = from; frame <= to; frame++) {
    const start = WAL_HEADER_BYTES + (frame - 1) * (FRAME_HEADER_BYTES + pageSize);
    if (start + FRAME_HEADER_BYTES + pageSize > file.size) return;
    file.read(header, start);
    yield {
      page: fourBytes(header, 0),
      size: fourBytes(header, 4),
      salts: header.toString("hex", 8, 16),
      at: start + FRAME_HEADER_BYTES,
    };
  }
}
