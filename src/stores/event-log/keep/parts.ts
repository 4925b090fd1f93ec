import type { JsonObject } from "../../../core/json.ts";
import type { Part } from "../../types.ts";
import { blockLength, contentDigest } from "./blocks.ts";
import type { CapturedLog } from "./capture.ts";
import { readProven, type BlockPlace } from "./prove-block.ts";

/** Name of the part that lists the segments; the others are blocks, called by their digests. */
export const SEGMENTS = "segments";
/** What the name of a block begins with. */
export const BLOCK = "block/";

/** A segment as a snapshot lists it. */
export interface KeptSegment {
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970, in decimal digits. */
  readonly mtimeNs: string;
  /** `contentDigest` of its blocks. */
  readonly digest: string;
}

/**
 * The parts of a log: the list of its segments, then each block once, wherever it stands. A block is
 * called by its content, so that no rotation and no other name makes it another one.
 */
export async function* logParts(
  { live, surveyed }: CapturedLog,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  const list = Buffer.from(surveyed.segments.map((each) => `${lineOf(each)}\n`).join(""));
  yield {
    name: SEGMENTS,
    size: list.length,
    attributes: { formatVersion: 1 },
    pages: null,
    open: async function* () {
      yield Uint8Array.from(list);
    },
  };
  for (const [sha256, places] of placesOf(surveyed.segments)) {
    signal.throwIfAborted();
    const [first] = places;
    if (first === undefined) continue;
    yield {
      name: BLOCK + sha256,
      size: first.length,
      attributes: { places: places.map(({ path, block }): JsonObject => ({ path, block })) },
      identity: sha256,
      pages: null,
      open: async function* (abort) {
        abort.throwIfAborted();
        yield await readProven(live.place, first);
      },
    };
  }
}

function lineOf(segment: CapturedLog["surveyed"]["segments"][number]): string {
  const { path, size, mode, uid, gid, mtimeNs, blocks } = segment;
  const kept: KeptSegment = {
    path,
    size,
    mode,
    uid,
    gid,
    mtimeNs: String(mtimeNs),
    digest: contentDigest(blocks),
  };
  return JSON.stringify(kept);
}

function placesOf(
  segments: CapturedLog["surveyed"]["segments"],
): ReadonlyMap<string, readonly BlockPlace[]> {
  const places = new Map<string, BlockPlace[]>();
  for (const { path, size, blocks } of segments) {
    for (const [block, sha256] of blocks.entries()) {
      const place = { path, block, length: blockLength(size, block), sha256 };
      const known = places.get(sha256);
      if (known === undefined) places.set(sha256, [place]);
      else known.push(place);
    }
  }
  return places;
}
