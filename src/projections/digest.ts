import { digestOf, sha256, type Digest } from "../core/hash.ts";
import { canonicalJson } from "../core/json.ts";
import type { Receipt } from "../receipts/types.ts";

/**
 * The digest of a projection's rows, from the receipt of the database that holds them: of its own
 * tables alone, so that neither batches nor the form of the projection make a difference. A table
 * that is not there is told from an empty one.
 */
export function projectionDigest(
  { collections }: Pick<Receipt, "collections">,
  tables: readonly string[],
): Digest {
  const rows = tables.toSorted().map((name) => {
    const seal = Object.hasOwn(collections, name) ? collections[name] : undefined;
    return { name, count: seal?.count ?? null, digest: seal?.digest ?? null };
  });
  const value = { what: "projection", formatVersion: 1, tables: rows };
  return digestOf(sha256(Buffer.from(canonicalJson(value))));
}
