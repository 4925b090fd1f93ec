import { basename } from "node:path";

import { systemCode } from "../../../core/errors.ts";
import { listSegments } from "../keep/list-segments.ts";
import { ONLY, placeOf, segmentAt } from "../place.ts";
import { inWritingOrder } from "./order.ts";
import { segmentError } from "./trouble.ts";

/** A file of a log. */
export interface SegmentFile {
  /** Relative to the log's folder, with "/". */
  readonly file: string;
  readonly path: string;
  /** As it lies there, compressed or not. */
  readonly size: number;
  readonly modifiedMs: number;
}

/**
 * The files that the path of a log names, oldest first; none when there are none.
 *
 * @throws {SalvorError} PERMISSION_DENIED or DISK_FAILED, with what cannot be read.
 */
export function segmentsOf(pattern: string): readonly SegmentFile[] {
  const place = placeOf(pattern);
  const files = new Map<string, SegmentFile>();
  for (const { path, size, mtimeNs } of found()) {
    const file = path === ONLY ? basename(place.address) : path;
    const modifiedMs = Number(mtimeNs / 1_000_000n);
    files.set(file, { file, path: segmentAt(place, path), size, modifiedMs });
  }
  return inWritingOrder([...files.keys()]).flatMap((file) => files.get(file) ?? []);

  function found() {
    try {
      return listSegments(place);
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
      throw segmentError(pattern, error);
    }
  }
}
