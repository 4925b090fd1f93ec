import { digestOf, sha256, type Digest } from "../core/hash.ts";
import type { Receipt } from "../receipts/types.ts";

/** Of the rows of a projection's tables alone, however and in how many steps they were built. */
export function projectionDigest(receipt: Receipt, tables: readonly string[]): Digest {
  const lines = tables.toSorted().map((table) => {
    const collection = Object.hasOwn(receipt.collections, table)
      ? receipt.collections[table]
      : undefined;
    return `${table} ${collection?.digest ?? "missing"}\n`;
  });
  return digestOf(sha256(Buffer.from(lines.join(""))));
}
