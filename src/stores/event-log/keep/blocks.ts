import { createHash } from "node:crypto";

/** A segment is stored in pieces of so many bytes, of which only the last grows. */
export const BLOCK_BYTES = 256 << 10;

/** One digest for the content of a segment: SHA-256 over the digests of its blocks, in hex digits. */
export function contentDigest(blocks: readonly string[]): string {
  const hash = createHash("sha256");
  for (const block of blocks) hash.update(block, "hex");
  return hash.digest("hex");
}

/** Bytes of the block at a place of a segment that has so many. */
export function blockLength(size: number, block: number): number {
  return Math.min(BLOCK_BYTES, size - block * BLOCK_BYTES);
}

/** How many blocks a segment of so many bytes has. */
export function blockCount(size: number): number {
  return Math.ceil(size / BLOCK_BYTES);
}
