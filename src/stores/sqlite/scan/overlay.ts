import { systemCode } from "../../../core/errors.ts";
import { RawFile } from "../preflight/raw-file.ts";
import { readWal } from "../preflight/wal.ts";
import { fourBytes } from "./big-endian.ts";
import type { Overlay } from "./page-source.ts";

const WAL_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** The committed frames of a -wal. */
export interface WalPages {
  readonly overlay: Overlay;
  /** Pages of the database after the last commit; what the -wal claims is not believed blindly. */
  databasePages(filePages: number): number;
}

/** The newest committed frame of each page; null when there is none, or not of this page size. */
export function overlayOf(path: string, pageSize: number): WalPages | null {
  const facts = whenThere(path);
  if (facts === null || facts.pageSize !== pageSize || facts.committedFrames === 0) return null;
  const newest = newestFrames(path, pageSize, facts.committedFrames);
  const pages = Uint32Array.from(newest.keys()).toSorted();
  const offsets = Float64Array.from(pages, (page) => newest.get(page) ?? 0);
  const last = pages.at(-1) ?? 0;
  return {
    overlay: { path, pages, offsets },
    databasePages: (filePages) => Math.min(facts.databasePages, Math.max(filePages, last)),
  };
}

function whenThere(path: string): ReturnType<typeof readWal> | null {
  try {
    return readWal(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}

function newestFrames(path: string, pageSize: number, frames: number): Map<number, number> {
  using file = new RawFile(path);
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const newest = new Map<number, number>();
  for (let frame = 0; frame < frames; frame++) {
    const at = WAL_HEADER_BYTES + frame * (FRAME_HEADER_BYTES + pageSize);
    file.read(header, at);
    newest.set(fourBytes(header, 0), at + FRAME_HEADER_BYTES);
  }
  return newest;
}
