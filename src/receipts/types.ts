import type { Digest } from "../core/hash.ts";
import type { JsonObject } from "../core/json.ts";

/** How far a snapshot or a proof has been proven, weakest first. */
export const LEVELS = ["none", "stored", "restorable", "complete", "working"] as const;
export type Level = (typeof LEVELS)[number];

/** One value as a store holds it: storage class and raw bytes, nothing rounded, nothing decoded. */
export type Value =
  | { readonly type: "null" }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "real"; readonly value: number }
  | { readonly type: "text"; readonly bytes: Uint8Array }
  | { readonly type: "blob"; readonly bytes: Uint8Array };

/**
 * One row in canonical form. `key` orders rows and is compared as bytes; `row` is the content.
 * A collection without a usable key has the whole content as `key` and an empty `row`.
 * Both may be views into a buffer that the next row overwrites: copy what you keep.
 */
export interface Entry {
  readonly key: Uint8Array;
  readonly row: Uint8Array;
}

/**
 * Takes canonical entries without an object for each: the fast way into a tree. `key` and `row` may
 * be the same buffer; both may be overwritten as soon as the call returns. Offsets in bytes.
 */
export interface EntrySink {
  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    row: Uint8Array,
    rowStart: number,
    rowEnd: number,
  ): void;
}

/** A run of rows in the order of their keys that ends where the hash of a key says so. */
export interface Leaf {
  readonly count: number;
  /** SHA-256 of the entries, 32 bytes. */
  readonly digest: Uint8Array;
  /** Key of the last row, canonical bytes. */
  readonly lastKey: Uint8Array;
}

/** All leaves of one collection, in order; the collection's digest follows from them. */
export interface Tree {
  readonly collection: string;
  readonly count: number;
  readonly leaves: readonly Leaf[];
}

/** How many rows a collection has, and the digest of its tree. */
export interface CollectionSeal {
  readonly count: number;
  readonly digest: Digest;
}

/** One element of the catalogue (a table, an index, a view, a trigger, …) with its own digest. */
export interface SchemaElement {
  readonly kind: string;
  readonly name: string;
  readonly digest: Digest;
  /** What the digest covers, so that a difference can say what differs. */
  readonly definition: JsonObject;
}

/** One declared reference, and how many rows break it. */
export interface ReferenceSeal {
  /** `table.column` or `table.(a, b)`. */
  readonly from: string;
  readonly to: string;
  /** Rows whose reference points nowhere; null when it could not be checked. */
  readonly orphans: number | null;
}

/** The portable half: content under logical types, equal across engines and encodings. */
export interface PortableSeal {
  readonly digest: Digest;
  readonly collections: Readonly<Record<string, CollectionSeal>>;
  /** Columns whose values have no exact common form, as `table.column: reason`. Never rounded. */
  readonly unlisted: readonly string[];
}

/** What a store held at one instant. `digest` covers everything that is compared. */
export interface Receipt {
  readonly formatVersion: 1;
  readonly minReader: 1;
  readonly store: string;
  readonly at: string;
  readonly digest: Digest;
  readonly consistency: "transaction" | "stable" | "smeared";
  readonly collections: Readonly<Record<string, CollectionSeal>>;
  readonly references: readonly ReferenceSeal[];
  readonly schema: { readonly digest: Digest; readonly elements: readonly SchemaElement[] };
  readonly portable: PortableSeal | null;
  /** Recorded, never compared: page size, user_version, sequences, row ids of keyless tables, … */
  readonly recorded: JsonObject;
  readonly level: Level;
}

/** A receipt with the trees that lead a comparison to the rows that differ. */
export interface SealedReceipt {
  readonly receipt: Receipt;
  readonly trees: readonly Tree[];
}
