import type { TextEncoding } from "../format/header.ts";

/** Pages that lie in a -wal: the newest committed frame of each. Plain data: crosses threads. */
export interface Overlay {
  readonly path: string;
  /** Page numbers, ascending. */
  readonly pages: Uint32Array;
  /** Where in the -wal each page's bytes begin. */
  readonly offsets: Float64Array;
}

/** Committed frames of a -wal that lie behind a broken one: the engine would drop them. */
export interface LostFrames {
  /** The broken one, from 1. */
  readonly broken: number;
  /** Sound ones behind it. */
  readonly frames: number;
  readonly commits: number;
  /** Pages of the database that they are newer versions of, ascending; 10,000 at most. */
  readonly pages: Uint32Array;
}

/** Where the pages of a database are read from, and how they are cut. Plain data. */
export interface PageSource {
  readonly path: string;
  readonly pageSize: number;
  /** Bytes of a page that are in use: without the reserved ones. */
  readonly usable: number;
  readonly pageCount: number;
  /** Null when the header does not tell. */
  readonly encoding: TextEncoding | null;
  readonly overlay: Overlay | null;
  readonly lostFrames: LostFrames | null;
}

/** A file that nobody has looked into. */
export const UNKNOWN = { encoding: null, overlay: null, lostFrames: null } as const;
