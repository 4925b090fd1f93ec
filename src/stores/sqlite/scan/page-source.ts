import type { TextEncoding } from "../format/header.ts";

/** Pages that lie in a -wal: the newest committed frame of each. Plain data: crosses threads. */
export interface Overlay {
  readonly path: string;
  /** Page numbers, ascending. */
  readonly pages: Uint32Array;
  /** Where in the -wal each page's bytes begin. */
  readonly offsets: Float64Array;
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
}
