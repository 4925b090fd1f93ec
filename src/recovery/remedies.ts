import type { Finding } from "../checks/types.ts";
import { moment, shortId } from "../core/text.ts";
import type { Snapshot } from "../repository/types.ts";

/** Collections whose rows one snapshot has, and older ones that have them too. */
export interface PutBackSource {
  readonly collections: readonly string[];
  /** Newest first; never empty. The next one is taken when one turns out to be damaged. */
  readonly candidates: readonly Snapshot[];
}

/** What is to be done about a store. */
export type Cure =
  | { readonly kind: "nothing" }
  | { readonly kind: "reindex"; readonly indexes: readonly string[] }
  | {
      readonly kind: "put-back";
      readonly sources: readonly PutBackSource[];
      /** Indexes that are hurt as well: they are built anew first. */
      readonly indexes: readonly string[];
    }
  | {
      readonly kind: "mend";
      /** Snapshots that may have good versions, newest first; there may be none. */
      readonly candidates: readonly Snapshot[];
      /** Collections that lack documents. */
      readonly back: readonly PutBackSource[];
      /** No snapshot that could be asked is out of reach: what is lost may leave the store. */
      readonly takeOut: boolean;
    }
  | {
      readonly kind: "merge";
      /** Snapshots that may have whole events, newest first; never empty. */
      readonly candidates: readonly Snapshot[];
      /** No snapshot that could be asked is out of reach: what is lost may leave the log. */
      readonly takeOut: boolean;
    }
  | {
      readonly kind: "restore";
      /** Newest first; never empty. */
      readonly candidates: readonly Snapshot[];
    }
  | { readonly kind: "impossible"; readonly hint: string };

/** A cure, and what to say of it. */
export type Remedy = Cure & {
  /** For people: what will be done, and why. */
  readonly sentence: string;
  /** Findings that it leaves open, because only a person can tell what is right. */
  readonly unmended: readonly Finding[];
};

/** A snapshot in a sentence. */
export function snapshotName({ id, createdAt }: Snapshot): string {
  return `snapshot ${shortId(id)} of ${moment(createdAt)}`;
}
