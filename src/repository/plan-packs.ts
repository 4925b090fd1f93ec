import { placesOf, type ChunkIndex, type PackContents } from "./chunk-index.ts";
import { SLOT_HEADER_SIZE } from "./slot.ts";

/** A pack with less than this share of live bytes is written anew. */
const LIVE_MIN = 0.7;
/** Packs smaller than this are put together once there are so many of them. Bytes. */
const SMALL_SIZE = 8 << 20;
const SMALL_COUNT_MAX = 16;

/** What becomes of each pack. */
export interface PackPlan {
  readonly keep: readonly PackContents[];
  /** Their live chunks move into new packs, then they go. */
  readonly repack: readonly { readonly pack: PackContents; readonly live: readonly string[] }[];
  /** Names (hashes) of packs that nothing needs. */
  readonly remove: readonly string[];
  /** Bytes that are no longer stored afterwards. */
  readonly freedBytes: number;
}

/**
 * Pure: which packs stay, which move, which go.
 *
 * @param stored hash and size of each pack that is there.
 * @param live every chunk that a kept snapshot needs.
 */
export function planPacks(
  stored: ReadonlyMap<string, number>,
  index: ChunkIndex,
  live: ReadonlySet<string>,
): PackPlan {
  const used: { pack: PackContents; live: string[]; liveBytes: number; size: number }[] = [];
  const remove: string[] = [];
  for (const [hash, size] of stored) {
    const pack = index.packs.get(hash);
    const places = pack === undefined ? [] : liveIn(pack, index, live);
    if (pack === undefined || places.length === 0) {
      remove.push(hash); // no snapshot needs it, or no index knows it: an interrupted backup's
      continue;
    }
    const liveBytes = places.reduce(
      (sum, { storedLength }) => sum + SLOT_HEADER_SIZE + storedLength,
      0,
    );
    used.push({ pack, live: places.map(({ id }) => id), liveBytes, size });
  }
  const small = used.filter(({ size }) => size < SMALL_SIZE);
  const isSmallTooMany = small.length >= SMALL_COUNT_MAX;
  const moves = ({ liveBytes, size }: (typeof used)[number]): boolean =>
    liveBytes < size * LIVE_MIN || (isSmallTooMany && size < SMALL_SIZE);
  const repack = used.filter(moves);
  const removedBytes = remove.reduce((sum, hash) => sum + (stored.get(hash) ?? 0), 0);
  return {
    keep: used.filter((each) => !moves(each)).map(({ pack }) => pack),
    repack,
    remove,
    freedBytes: repack.reduce((sum, { size, liveBytes }) => sum + size - liveBytes, removedBytes),
  };
}

/** A chunk that lies in several packs lives in the one where the index finds it. */
function liveIn(
  pack: PackContents,
  index: ChunkIndex,
  live: ReadonlySet<string>,
): readonly PackContents["slots"][number][] {
  return [...placesOf(pack)].flatMap(({ slot, header }) => {
    const place = index.get(header.id);
    const isHere = place?.pack === pack && place.slot === slot;
    return isHere && live.has(header.id) ? [header] : [];
  });
}
