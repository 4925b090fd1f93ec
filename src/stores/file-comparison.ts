import type { CollectionSeal } from "../receipts/types.ts";

/** How much of a content is built. */
export interface RestoreOptions {
  /**
   * These paths alone (relative to the store, with "/"; patterns as in `exclude`), all below those that
   * are folders, and the folders above them. Absent: everything.
   */
  readonly only?: readonly string[];
  /** Of the paths in `only`, those that are there; the rest is passed over, and none is a pattern. */
  readonly ifThere?: boolean;
  /** The paths are spelled as a comparison spells them, and a folder stands for itself alone. */
  readonly alone?: boolean;
}

/** How a store of files is compared with a content. */
export interface CompareOptions extends RestoreOptions {
  /** It was built with these options and has nothing else: what is more is a difference. */
  readonly exact: boolean;
}

/** How the files that lie here differ from those of a content. Paths are spelled as for people. */
export interface FileComparison {
  /** Collection of the receipt whose rows were compared. */
  readonly collection: string;
  /** Of all rows that the content lists, wanted or not: what its receipt says of that collection. */
  readonly listed: CollectionSeal;
  /** Of the rows that are wanted, as the content lists them. */
  readonly expected: CollectionSeal;
  /** Of the same rows, as far as the files here had to be read. */
  readonly actual: CollectionSeal;
  /** Wanted, and not here. */
  readonly missing: readonly string[];
  /** Here with another content, mode, time, …, or not readable. */
  readonly changed: readonly string[];
  /** Here, and not in the content; not told where only some paths of a store are compared. */
  readonly extra: readonly string[];
}
