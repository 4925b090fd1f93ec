import { createHash } from "node:crypto";

import type { BlobRange, Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import type { PackContents } from "./chunk-index.ts";
import { packName } from "./format.ts";
import { decodePackHeader, decodeSlotHeader, PACK_HEADER_SIZE, SLOT_HEADER_SIZE } from "./slot.ts";
import type { PackHeader, SlotHeader } from "./slot.ts";

/** What the bytes of a pack say by themselves, without any index. */
export interface PackScan {
  readonly name: string;
  /** The SHA-256 that the pack is named by. */
  readonly hash: string;
  readonly actualHash: string;
  readonly size: number;
  /** Null when the pack does not begin as one. */
  readonly header: PackHeader | null;
  /** As far as they follow each other. */
  readonly slots: readonly SlotHeader[];
  /** The slots end where the pack does. */
  readonly isWalkable: boolean;
}

/** The contents of a pack whose every bit is as it was written; null for any other. */
export function soundContents(scan: PackScan): PackContents | null {
  if (scan.actualHash !== scan.hash || !scan.isWalkable || scan.header === null) return null;
  return { hash: scan.hash, header: scan.header, slots: scan.slots };
}

const PORTION = 4 << 20;

/** What the disk cannot give any more counts as zeros: the hash tells, and the rest is still read. */
async function readOrZeros(
  blobs: Blobs,
  name: string,
  range: BlobRange,
  signal: AbortSignal,
): Promise<Buffer> {
  try {
    return await blobs.read(name, range, signal);
  } catch (error) {
    if (error instanceof SalvorError && error.code === "DISK_FAILED")
      return Buffer.alloc(range.length);
    throw error;
  }
}

/** Reads a pack once, from its beginning to its end: hashes it and walks from slot to slot. */
export async function scanPack(blobs: Blobs, hash: string, signal: AbortSignal): Promise<PackScan> {
  const name = packName(hash);
  const size = (await blobs.size(name, signal)) ?? 0;
  const actual = createHash("sha256");
  const slots: SlotHeader[] = [];
  let header: PackHeader | null = null;
  let next = 0; // where the next header begins
  let tail = Buffer.alloc(0); // bytes before the portion, of a header that it cuts
  for (let offset = 0; offset < size; offset += PORTION) {
    const length = Math.min(PORTION, size - offset);
    const portion = await readOrZeros(blobs, name, { offset, length }, signal);
    actual.update(portion);
    const bytes = Buffer.concat([tail, portion]);
    const from = offset - tail.length;
    if (from === 0 && header === null) {
      header = decodePackHeader(bytes);
      next = header === null ? Infinity : PACK_HEADER_SIZE;
    }
    while (next + SLOT_HEADER_SIZE <= from + bytes.length) {
      const slot = decodeSlotHeader(bytes.subarray(next - from, next - from + SLOT_HEADER_SIZE));
      if (slot !== null) slots.push(slot);
      next = slot === null ? Infinity : next + SLOT_HEADER_SIZE + slot.storedLength;
    }
    const cutAt = Math.max(from, Math.min(next, from + bytes.length));
    tail = Buffer.from(bytes.subarray(cutAt - from));
  }
  const actualHash = actual.digest("hex");
  return { name, hash, actualHash, size, header, slots, isWalkable: next === size };
}
