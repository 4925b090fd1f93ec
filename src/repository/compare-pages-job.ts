import type { JobAnswer } from "../core/pool.ts";
import { decodePageMap } from "./page-map.ts";
import { differingPages, readSegment, type SegmentOrder } from "./segment-file.ts";

// A thread does one job at a time, and one buffer serves all of them.
let buffer = Buffer.alloc(0);

/** Pages of the segment, from 0, whose bytes are not those of the snapshot; also those that end early. */
export function job({ path, pageSize, firstPage, map }: SegmentOrder): JobAnswer<Uint32Array> {
  const known = decodePageMap(map);
  const size = pageSize * known.pageCount;
  if (buffer.length < size) buffer = Buffer.allocUnsafeSlow(size);
  const bytes = buffer.subarray(0, size);
  const read = readSegment(path, bytes, firstPage * pageSize);
  const output = differingPages(known, bytes, known.pageSize === pageSize ? read : 0);
  return { output, transfer: [output.buffer as ArrayBuffer] };
}
