import type { Json } from "../core/json.ts";

/** What became of one collection of an amendment. Lists hold at most 1,000 keys. */
export interface AmendedCollection {
  readonly name: string;
  /** It had vanished and was made again. */
  readonly created: boolean;
  /** Rows put back. */
  readonly back: number;
  /** Keys put back. */
  readonly keys: readonly Json[];
  /** Keys that were refused, and why: taken by other content, parent gone, forgotten. */
  readonly refused: readonly { readonly key: Json; readonly reason: string }[];
  /** How many were refused. */
  readonly refusedTotal: number;
  /** How many of these were erased on purpose: they are refused, and are no loss. */
  readonly forgotten: number;
}

/** A row that an index held otherwise than its collection: one of the two was altered, or lost. */
export interface AmendedDoubt {
  readonly collection: string;
  readonly index: string;
  /** As the index had it. */
  readonly key: Json;
}
