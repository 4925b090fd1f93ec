import { digestOf, sha256, type Digest } from "../core/hash.ts";
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import { malformed } from "./malformed.ts";
import { collectionDigest } from "./tree.ts";
import type {
  CollectionSeal,
  Level,
  PortableSeal,
  Receipt,
  ReferenceSeal,
  SchemaElement,
  SealedReceipt,
  Tree,
} from "./types.ts";

/** What a driver read of one instant. */
export interface SealInput {
  readonly store: string;
  /** When the instant was, RFC 3339. */
  readonly at: string;
  readonly consistency: Receipt["consistency"];
  /** One for each collection, in any order. */
  readonly trees: readonly Tree[];
  readonly references: readonly ReferenceSeal[];
  readonly schemaElements: readonly Omit<SchemaElement, "digest">[];
  /** Trees of the portable entries, and what had no exact common form; null when not asked for. */
  readonly portable: {
    readonly trees: readonly Tree[];
    readonly unlisted: readonly string[];
  } | null;
  readonly recorded: JsonObject;
  readonly level: Level;
}

/** Seals a receipt: sorts what has no order of its own, and computes every digest. */
export function sealReceipt(input: SealInput): SealedReceipt {
  const trees = input.trees.toSorted(by((tree) => tree.collection));
  refuseTwins(trees);
  const collections = collectionSeals(trees);
  const references = input.references.toSorted(
    by(({ from, to, orphans }) => canonicalJson([from, to, orphans])),
  );
  const elements = input.schemaElements
    .map((element) => ({ ...element, digest: elementDigest(element.definition) }))
    .toSorted(by(({ kind, name }) => canonicalJson([kind, name])));
  const schema = { digest: schemaDigest(elements), elements };

  const receipt: Receipt = {
    formatVersion: 1,
    minReader: 1,
    store: input.store,
    at: input.at,
    digest: receiptDigest({ collections, references, schema }),
    consistency: input.consistency,
    collections,
    references,
    schema,
    portable: portableSeal(input.portable),
    recorded: input.recorded,
    level: input.level,
  };
  return { receipt, trees };
}

/** Two collections under one name would be one in the receipt, and the other in no digest. */
function refuseTwins(trees: readonly Tree[]): void {
  const twin = trees.find(({ collection }, at) => trees[at + 1]?.collection === collection);
  if (twin !== undefined) throw malformed(`two collections are called ${twin.collection}`);
}

/** What the digest of a receipt covers. */
export type Covered = Pick<Receipt, "collections" | "references"> & {
  readonly schema: { readonly digest: Digest };
};

/** The digest of a receipt: names, counts and digests of collections, references, schema, version. */
export function receiptDigest({ collections, references, schema }: Covered): Digest {
  return jsonDigest({
    what: "receipt",
    formatVersion: 1,
    collections: asJson(collections),
    references: references.map(({ from, to, orphans }) => ({ from, to, orphans })),
    schema: schema.digest,
  });
}

/** The digest of one element of the catalogue. */
export function elementDigest(definition: JsonObject): Digest {
  return jsonDigest({ what: "element", definition });
}

/** The digest of a catalogue, whose elements are in the order of kind and name. */
export function schemaDigest(elements: readonly SchemaElement[]): Digest {
  const lines = elements.map(({ kind, name, digest }) => ({ kind, name, digest }));
  return jsonDigest({ what: "schema", elements: lines });
}

/** The digest of a portable seal: names, counts and digests of its collections. */
export function portableDigest(collections: PortableSeal["collections"]): Digest {
  return jsonDigest({ what: "portable", formatVersion: 1, collections: asJson(collections) });
}

/** Count and digest of each tree, by collection. */
export function collectionSeals(trees: readonly Tree[]): Record<string, CollectionSeal> {
  // From entries, because a table may be named __proto__.
  return Object.fromEntries(
    trees.map((tree) => [tree.collection, { count: tree.count, digest: collectionDigest(tree) }]),
  );
}

function portableSeal(portable: SealInput["portable"]): PortableSeal | null {
  if (portable === null) return null;
  const collections = collectionSeals(portable.trees.toSorted(by((tree) => tree.collection)));
  return {
    digest: portableDigest(collections),
    collections,
    unlisted: portable.unlisted.toSorted(),
  };
}

function asJson(collections: Receipt["collections"]): JsonObject {
  return Object.fromEntries(
    Object.entries(collections).map(([name, { count, digest }]) => [name, { count, digest }]),
  );
}

function jsonDigest(value: Json): Digest {
  return digestOf(sha256(Buffer.from(canonicalJson(value))));
}

/** Compares by the UTF-16 units of what `text` says, as canonical JSON orders names. */
function by<T>(text: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [left, right] = [text(a), text(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };
}
