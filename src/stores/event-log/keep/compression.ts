/** How a segment is packed, told by its first bytes and not by its name. */
export type Packing = "plain" | "gzip" | "zstd";

const SQLITE = Buffer.from("SQLite format 3\0");

/** Null for a database: its bytes are nobody's business but its engine's. */
export function packingOf(head: Uint8Array): Packing | null {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd";
  return Buffer.compare(head.subarray(0, SQLITE.length), SQLITE) === 0 ? null : "plain";
}
