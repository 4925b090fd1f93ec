import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

import { DIGEST_SIZE, type PageMap } from "./page-map.ts";

/** One segment of a file of pages, and the map of the same segment in a snapshot. */
export interface SegmentOrder {
  readonly path: string;
  readonly pageSize: number;
  /** From 0. */
  readonly firstPage: number;
  readonly map: Uint8Array;
}

/** Fills `into` from a place in bytes; returns those that were there, fewer at the end of the file. */
export function readSegment(path: string, into: Uint8Array, at: number): number {
  const file = openSync(path, "r");
  try {
    for (let done = 0; ;) {
      const read = readSync(file, into, done, into.length - done, at + done);
      done += read;
      if (read === 0 || done === into.length) return done;
    }
  } finally {
    closeSync(file);
  }
}

/**
 * Pages of a segment, from 0, whose bytes are not those of the snapshot, told by their digests.
 *
 * @param size of what was read, in bytes: a page that ends behind it is not the snapshot's.
 */
export function differingPages(known: PageMap, bytes: Uint8Array, size: number): Uint32Array {
  const { pageSize, pageCount } = known;
  const digests = Buffer.from(
    known.digests.buffer,
    known.digests.byteOffset,
    known.digests.byteLength,
  );
  const isSame = (page: number): boolean => {
    const end = (page + 1) * pageSize;
    if (end > size) return false;
    // As text of 32 letters: a Buffer for each page would cost a quarter of the hashing.
    const digest = hash("sha256", bytes.subarray(page * pageSize, end), "latin1");
    return digest === digests.toString("latin1", page * DIGEST_SIZE, (page + 1) * DIGEST_SIZE);
  };
  const pages = Array.from({ length: pageCount }, (_, page) => page);
  return Uint32Array.from(pages.filter((page) => !isSame(page)));
}
