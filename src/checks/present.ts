import type { JsonObject } from "../core/json.ts";
import type { Receipt, SchemaElement } from "../receipts/types.ts";

/** What a store holds now, as far as a look can tell. */
export interface Present {
  /** Rows by collection; null when they cannot be told. */
  readonly collections: Readonly<Record<string, number>> | null;
  /** The catalogue; null when it cannot be read. */
  readonly elements: readonly SchemaElement[] | null;
  /** Facts under the names of `Receipt.recorded`. */
  readonly properties: JsonObject;
}

/** What a receipt says of now, where somebody has proven that it still holds. */
export function presentIn({ collections, schema, recorded }: Receipt): Present {
  // Where the log of commits stands is a fact about files, and never proven by content.
  const properties = Object.fromEntries(
    Object.entries(recorded).filter(([name]) => name !== "log"),
  );
  const counts = Object.entries(collections).map(([name, { count }]) => [name, count] as const);
  return {
    collections: Object.fromEntries(counts),
    elements: schema.elements,
    properties,
  };
}
