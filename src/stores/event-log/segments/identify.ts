import { SalvorError } from "../../../core/errors.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { openSegment, type Compression } from "./bytes.ts";
import { segmentsOf, type SegmentFile } from "./list.ts";
import { plainName } from "./order.ts";

/** A segment that can be found again under another name. */
export interface Segment extends SegmentFile {
  /** SHA-256 (hex) of its first line. */
  readonly id: string;
  readonly compression: Compression;
  /** Its compressed bytes are damaged before the end of the first line: `id` is that of the rest. */
  readonly isBroken: boolean;
}

const LINE_FEED = 0x0a;
const FIRST_BYTES = 4096;

/**
 * The segments of a log, oldest first. Empty files are none, and what is just being compressed
 * counts once.
 *
 * @param known from the last time: an older file that has not changed since is not opened again. The
 *   newest one is written to, and clocks of file systems tick too slowly to show each change.
 */
export async function identifySegments(
  pattern: string,
  lineBytesMax: number,
  known: readonly Segment[] = [],
): Promise<readonly Segment[]> {
  const before = new Map(known.map((each) => [each.path, each]));
  const found: Segment[] = [];
  const files = segmentsOf(pattern);
  for (const file of files) {
    const same = file === files.at(-1) ? undefined : before.get(file.path);
    const isSame = same?.size === file.size && same.modifiedMs === file.modifiedMs;
    const segment = isSame ? same : file.size === 0 ? null : await identify(file, lineBytesMax);
    if (segment !== null) found.push(segment);
  }
  return found.filter((each) => !isCopyBeingMade(each, found));
}

/** What a file is as a segment; null when it is empty or gone. One that is damaged is a segment. */
export async function identify(file: SegmentFile, lineBytesMax: number): Promise<Segment | null> {
  try {
    const { compression, line, isBroken } = await firstLine(file.path, lineBytesMax);
    if (line.length === 0 && !isBroken) return null;
    return { ...file, id: sha256Hex(line), compression, isBroken };
  } catch (error) {
    if (error instanceof SalvorError && error.code === "STORE_MISSING") return null;
    throw error;
  }
}

/** Compressing writes `app.log.1.gz` beside `app.log.1`, and removes that when it is done. */
function isCopyBeingMade(segment: Segment, all: readonly Segment[]): boolean {
  const { file, id, compression, isBroken } = segment;
  if (compression === "none") return false;
  return all.some(
    (other) =>
      other.file === plainName(file) && other.file !== file && (other.id === id || isBroken),
  );
}

/** Of a file that holds none yet, what there is of it. */
async function firstLine(
  path: string,
  lineBytesMax: number,
): Promise<Pick<Segment, "compression" | "isBroken"> & { readonly line: Uint8Array }> {
  await using bytes = await openSegment(path);
  const { compression } = bytes;
  let buffer = Buffer.alloc(FIRST_BYTES);
  for (let end = 0; ;) {
    const length = await bytes.read(buffer, end);
    end += length;
    const feed = buffer.subarray(0, end).indexOf(LINE_FEED);
    if (feed >= 0)
      return { compression, line: buffer.subarray(0, Math.max(feed, 1)), isBroken: false };
    if (end < buffer.length || end > lineBytesMax)
      return { compression, line: buffer.subarray(0, end), isBroken: bytes.trouble !== null };
    const larger = Buffer.alloc(2 * buffer.length);
    larger.set(buffer);
    buffer = larger;
  }
}
