import type { Json } from "../core/json.ts";

/** A restored copy of a store of documents. */
export interface MendSource {
  /** A path. */
  readonly address: string;
  /** What it is, for people: a snapshot's name. */
  readonly name: string;
  /** Collections of which all documents come back that the live store has not. */
  readonly back: readonly string[];
}

/**
 * What became of a document. `partial`: a part of it is kept, the rest is a loss; `derived`: it says
 * again what its content says of others; `lost`: it is kept in quarantine only.
 */
export type MendVerdict = "repaired" | "restored" | "partial" | "derived" | "lost";

/** One document that was mended, or could not be. */
export interface MendedDocument {
  readonly collection: string;
  readonly path: string;
  readonly key: Json;
  readonly verdict: MendVerdict;
  readonly reasons: readonly string[];
}

/** What became of the documents of a store, over all that was begun in one quarantine. */
export interface Mended {
  /** At most 1,000. */
  readonly documents: readonly MendedDocument[];
  /** Documents by what became of them; `unchanged` are all others that are there. */
  readonly total: Readonly<Record<MendVerdict | "unchanged", number>>;
  /** The same for each collection that has any of them. */
  readonly collections: Readonly<Record<string, Readonly<Record<MendVerdict, number>>>>;
  /** Content that is gone from the store; at most 1,000. */
  readonly losses: readonly (MendedDocument & { readonly loss: string })[];
  readonly lossesTotal: number;
  /** Paths of files that no copy has had a good version of yet. */
  readonly wanted: readonly string[];
  /** Files that are still to be changed. */
  readonly pending: number;
  /** Files that somebody else has written to meanwhile: they stay as they are. */
  readonly newer: number;
  /** File that tells all of it; null where nothing was to be changed. */
  readonly file: string | null;
}
