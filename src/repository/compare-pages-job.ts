import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

import type { JobAnswer } from "../core/pool.ts";
import { decodePageMap, digestAt } from "./page-map.ts";

/** One segment of a file of pages, and the map of the same segment in a snapshot. */
export interface CompareOrder {
  readonly path: string;
  readonly pageSize: number;
  /** From 0. */
  readonly firstPage: number;
  readonly map: Uint8Array;
}

/** Pages of the segment, from 0, whose bytes are not those of the snapshot; also those that end early. */
export function job({ path, pageSize, firstPage, map }: CompareOrder): JobAnswer<Uint32Array> {
  const known = decodePageMap(map);
  const bytes = Buffer.allocUnsafeSlow(pageSize * known.pageCount);
  const size = readAt(path, bytes, firstPage * pageSize);
  const isSame = (page: number): boolean => {
    const end = (page + 1) * pageSize;
    if (end > size || known.pageSize !== pageSize) return false;
    const digest = hash("sha256", bytes.subarray(page * pageSize, end), "buffer");
    return digest.equals(digestAt(known, page));
  };
  const differing = Array.from({ length: known.pageCount }, (_, page) => page);
  const output = Uint32Array.from(differing.filter((page) => !isSame(page)));
  return { output, transfer: [output.buffer] };
}

/** Bytes that were there; fewer than asked for at the end of the file. */
function readAt(path: string, bytes: Buffer, at: number): number {
  const file = openSync(path, "r");
  try {
    for (let done = 0; ;) {
      const read = readSync(file, bytes, done, bytes.length - done, at + done);
      done += read;
      if (read === 0 || done === bytes.length) return done;
    }
  } finally {
    closeSync(file);
  }
}
