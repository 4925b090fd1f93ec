import type { Blobs } from "../blobs/types.ts";
import { SalvorError, type ErrorCode } from "../core/errors.ts";
import { placesOf, type ChunkPlace, type PackContents } from "./chunk-index.ts";
import type { EncodedChunk } from "./chunk.ts";
import { packName } from "./format.ts";
import type { PackScan } from "./scan-pack.ts";
import { deriveSeal, type Keys } from "./seal.ts";
import { reopenSlot, SLOT_HEADER_SIZE, type SealedSlot } from "./slot.ts";

/** One slot of a damaged pack: its chunk when it is intact, null when it is lost. */
export interface TriedSlot {
  readonly id: string;
  readonly chunk: EncodedChunk | null;
}

/**
 * Tries every slot of a damaged pack, as its own headers place them and as the index does: whatever
 * opens and hashes to its name is intact, wherever the damage is.
 */
export async function* trySlots(
  blobs: Blobs,
  scan: PackScan,
  indexed: PackContents | null,
  keys: Keys | null,
  signal: AbortSignal,
): AsyncGenerator<TriedSlot> {
  const opened = new Set<string>();
  const lost = new Set<string>();
  for (const contents of readings(scan, indexed)) {
    for (const place of placesOf(contents)) {
      const { id } = place.header;
      if (opened.has(id)) continue;
      const chunk = await tryPlace(blobs, place, scan.size, keys, signal);
      if (chunk === null) {
        lost.add(id);
        continue;
      }
      opened.add(id);
      yield { id, chunk };
    }
  }
  for (const id of lost) if (!opened.has(id)) yield { id, chunk: null };
}

/** The ways in which the pack can be understood, the more trustworthy first. */
function readings(scan: PackScan, indexed: PackContents | null): PackContents[] {
  const own = scan.header === null ? null : { ...scan, header: scan.header };
  return [indexed, own].filter((contents) => contents !== null);
}

/** Damaged, or on a part of the disk that cannot be read any more. */
const LOST: readonly ErrorCode[] = ["BACKUP_DAMAGED", "DISK_FAILED"];

async function tryPlace(
  blobs: Blobs,
  place: ChunkPlace,
  size: number,
  keys: Keys | null,
  signal: AbortSignal,
): Promise<EncodedChunk | null> {
  const { pack, slot, header } = place;
  const offset = place.offset + SLOT_HEADER_SIZE;
  if (offset + header.storedLength > size) return null;
  try {
    const range = { offset, length: header.storedLength };
    const stored = await blobs.read(packName(pack.hash), range, signal);
    const sealed = keys === null ? null : sealedWith(pack, keys);
    const tried: SealedSlot = {
      pack: pack.hash,
      slot,
      offset: place.offset,
      header,
      stored,
      sealed,
    };
    return reopenSlot(tried, keys?.idKey ?? null);
  } catch (error) {
    if (error instanceof SalvorError && LOST.includes(error.code)) return null;
    if (error instanceof RangeError) return null; // an epoch that never was
    throw error;
  }
}

function sealedWith({ header }: PackContents, keys: Keys): SealedSlot["sealed"] {
  return { seal: deriveSeal(keys, header.epoch, header.salt, "pack"), salt: header.salt };
}
