import { lutimes } from "node:fs/promises";
import { dirname, join } from "node:path";

import { diskError, type Disk, type DiskFile } from "../../../core/disk.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { Content, Part } from "../../types.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { BLOCK_BYTES, blockCount, blockLength, contentDigest } from "./blocks.ts";
import { damagedLog, placesIn, readSegmentList } from "./kept-segments.ts";
import { BLOCK, SEGMENTS, type KeptSegment } from "./parts.ts";

/** A segment under way. */
interface Draft {
  readonly segment: KeptSegment;
  readonly file: DiskFile;
  /** Digests of the blocks that are there, by their places. */
  readonly blocks: (string | undefined)[];
}

/** Builds the segments of a content below a draft's address, proven and synced. */
export async function buildSegments(
  disk: Disk,
  place: LogPlace,
  content: Content,
  signal: AbortSignal,
): Promise<void> {
  await using open = new AsyncDisposableStack();
  const drafts = new Map<string, Draft>();
  let listed = false;
  for await (const part of content.parts(signal)) {
    if (!listed) {
      if (part.name !== SEGMENTS) throw damagedLog("it has no list of segments");
      listed = true;
      for (const segment of await readSegmentList(part, place, signal))
        drafts.set(segment.path, await begin(disk, place, segment, open));
      continue;
    }
    await takeBlock(part, drafts, signal);
  }
  if (!listed) throw damagedLog("it has no list of segments");
  for (const draft of drafts.values()) await finish(place, draft);
  await open.disposeAsync();
  for (const { segment } of drafts.values()) await setTimes(place, segment);
  await syncFolders(disk, place, [...drafts.keys()]);
}

async function begin(
  disk: Disk,
  place: LogPlace,
  segment: KeptSegment,
  open: AsyncDisposableStack,
): Promise<Draft> {
  const path = segmentAt(place, segment.path);
  if (place.glob !== null) await disk.makeFolder(dirname(path), 0o755);
  const file = open.use(await disk.open(path, "create"));
  return { segment, file, blocks: [] };
}

/** A block that no wanted segment has is not read. */
async function takeBlock(
  part: Part,
  drafts: ReadonlyMap<string, Draft>,
  signal: AbortSignal,
): Promise<void> {
  const wanted = placesIn(part).flatMap(({ path, block }) => {
    const draft = drafts.get(path);
    return draft === undefined ? [] : [{ draft, block }];
  });
  if (wanted.length === 0) return;
  const bytes = Buffer.concat(await Array.fromAsync(part.open(signal)));
  const sha256 = sha256Hex(bytes);
  if (part.name !== BLOCK + sha256) throw damagedLog(`${part.name} hashes to ${sha256}`);
  for (const { draft, block } of wanted) {
    const length = blockLength(draft.segment.size, block);
    if (bytes.length !== length) throw damagedLog(`${part.name} does not fit where it belongs`);
    await draft.file.write(bytes, block * BLOCK_BYTES);
    draft.blocks[block] = sha256;
  }
}

async function finish(place: LogPlace, { segment, file, blocks }: Draft): Promise<void> {
  const { path, size, mode, uid, gid, digest } = segment;
  const whole = blocks.flatMap((each) => each ?? []);
  if (whole.length !== blockCount(size) || contentDigest(whole) !== digest)
    throw damagedLog(`${segmentAt(place, path)} is not what was stored`);
  if (process.geteuid?.() === 0) await file.setOwner(uid, gid);
  await file.setMode(mode);
  await file.sync();
}

/** After its content, which would give it another one. Nobody depends on it: it is not synced. */
async function setTimes(place: LogPlace, { path, mtimeNs }: KeptSegment): Promise<void> {
  const at = segmentAt(place, path);
  const seconds = Number(BigInt(mtimeNs) / 1_000_000n) / 1000;
  try {
    await lutimes(at, seconds, seconds);
  } catch (error) {
    throw diskError(at, error);
  }
}

async function syncFolders(disk: Disk, place: LogPlace, paths: readonly string[]): Promise<void> {
  if (place.glob === null) return;
  const folders = new Set([place.address]);
  for (const path of paths) {
    for (let at = dirname(path); at !== "."; at = dirname(at)) folders.add(join(place.address, at));
  }
  if (paths.length === 0) await disk.makeFolder(place.address, 0o755);
  for (const folder of folders) await disk.syncFolder(folder);
}
