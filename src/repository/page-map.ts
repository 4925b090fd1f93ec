import { SalvorError } from "../core/errors.ts";

/** Pages of one run at most; a run is one chunk. */
export const RUN_PAGES_MAX = 64;
const SEGMENT_PAGES_MAX = 2048;
const SEGMENT_SIZE_MAX = 8 << 20;
/** Bytes of a page's digest. */
export const DIGEST_SIZE = 32;
const HEADER_SIZE = 12;
const VERSION = 1;

/**
 * Where the pages of one segment lie: page `i` is page `slots[i]` of the run `runs[runOf[i]]`, and
 * its bytes hash to `digests[32 i, 32 i + 32)`.
 */
export interface PageMap {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Ids of the runs' chunks, each at least once in use. */
  readonly runs: readonly string[];
  readonly runOf: Uint16Array;
  readonly slots: Uint8Array;
  readonly digests: Uint8Array;
}

/** How many pages of that size make a segment: what is read, compared and stored in one piece. */
export function segmentPages(pageSize: number): number {
  return Math.max(1, Math.min(SEGMENT_PAGES_MAX, Math.floor(SEGMENT_SIZE_MAX / pageSize)));
}

/** Segments of a file of pages. */
export function segmentCount(pages: { pageSize: number; pageCount: number }): number {
  return Math.ceil(pages.pageCount / segmentPages(pages.pageSize));
}

/** The digest of a page, from 0. */
export const digestAt = (map: PageMap, page: number): Uint8Array =>
  map.digests.subarray(page * DIGEST_SIZE, (page + 1) * DIGEST_SIZE);

/** A map as it is stored. */
export function encodePageMap(map: PageMap): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt8(VERSION, 0);
  header.writeUInt16BE(map.runs.length, 2);
  header.writeUInt32BE(map.pageSize, 4);
  header.writeUInt32BE(map.pageCount, 8);
  const runOf = Buffer.alloc(map.pageCount * 2);
  for (let page = 0; page < map.pageCount; page += 1)
    runOf.writeUInt16BE(map.runOf[page] ?? 0, page * 2);
  const runs = map.runs.map((id) => Buffer.from(id, "hex"));
  return Buffer.concat([header, ...runs, runOf, map.slots, map.digests]);
}

/** Throws BACKUP_DAMAGED when the bytes are no page map. */
export function decodePageMap(plain: Uint8Array): PageMap {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  if (bytes.length < HEADER_SIZE || bytes[0] !== VERSION) throw malformed();
  const runCount = bytes.readUInt16BE(2);
  const pageSize = bytes.readUInt32BE(4);
  const pageCount = bytes.readUInt32BE(8);
  const runsEnd = HEADER_SIZE + runCount * DIGEST_SIZE;
  const slotsAt = runsEnd + pageCount * 2;
  const digestsAt = slotsAt + pageCount;
  if (bytes.length !== digestsAt + pageCount * DIGEST_SIZE) throw malformed();
  const runs = Array.from({ length: runCount }, (_, run) =>
    bytes.toString("hex", HEADER_SIZE + run * DIGEST_SIZE, HEADER_SIZE + (run + 1) * DIGEST_SIZE),
  );
  const runOf = Uint16Array.from({ length: pageCount }, (_, page) =>
    bytes.readUInt16BE(runsEnd + page * 2),
  );
  if (runOf.some((run) => run >= runCount)) throw malformed();
  const slots = bytes.subarray(slotsAt, digestsAt);
  return { pageSize, pageCount, runs, runOf, slots, digests: bytes.subarray(digestsAt) };
}

function malformed(): SalvorError {
  return new SalvorError("BACKUP_DAMAGED", "a page map is not well formed", {
    hint: 'Run "salvor repository check".',
  });
}
