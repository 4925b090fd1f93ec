import type { JobAnswer } from "../core/pool.ts";
import { decodePageMap } from "./page-map.ts";
import { differingPages, readSegment, type SegmentOrder } from "./segment-file.ts";

/** A segment as a seed has it, and the pages of it, from 0, that are not those of the snapshot. */
export interface Seeded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lacking: Uint32Array;
}

/** Reads a segment of a seed once, and proves by their digests which of its pages can be used. */
export function job({ path, pageSize, firstPage, map }: SegmentOrder): JobAnswer<Seeded> {
  const known = decodePageMap(map);
  const bytes = new Uint8Array(pageSize * known.pageCount);
  const size = known.pageSize === pageSize ? readOrNothing(path, bytes, firstPage * pageSize) : 0;
  const lacking = differingPages(known, bytes, size);
  return { output: { bytes, lacking }, transfer: [bytes.buffer] };
}

/** A seed that cannot be read is no seed: the repository has it all. */
function readOrNothing(path: string, into: Uint8Array, at: number): number {
  try {
    return readSegment(path, into, at);
  } catch {
    return 0;
  }
}
