import type { Loss } from "../core/loss.ts";
import type { LostRange, SalvagedCollection, SalvagedInput } from "../recovery/salvage/types.ts";
import type { Amended } from "../stores/types.ts";
import type { ReportPaths } from "./run-document.ts";

export type { LostRange, SalvagedCollection, SalvagedInput };

/** What to read, and where what is readable goes. */
export interface SalvageOptions {
  /** A store's name, or a path: a folder of documents, a tree of files, a file of JSON or JSON Lines. */
  readonly subject: string;
  /** What is built there must not exist yet. */
  readonly to: string;
  /** A JSON Schema, for collections that have none: it decides which repairs are believed. */
  readonly schema?: string | undefined;
  /** Also what was deleted and is still there, where a store keeps such. */
  readonly includeDeleted?: boolean | undefined;
}

/** What a salvage has come to. */
export interface SalvageDocument {
  readonly store: string;
  readonly driver: string;
  /** Where what is readable lies now; null when nothing was. */
  readonly target: string | null;
  /** Folder with the reports, and each file that was mended as it was and as it became. */
  readonly kept: string;
  /** Every file that was read: nothing was changed where both digests are the same. */
  readonly inputs: readonly SalvagedInput[];
  readonly collections: Readonly<Record<string, SalvagedCollection>>;
  readonly lostRanges: readonly LostRange[];
  /** Empty: these stores have no pages. */
  readonly pages: Readonly<Record<string, number>>;
  readonly losses: readonly Loss[];
  /** What was mended; null where there was nothing that could be. */
  readonly amended: Amended | null;
  /** Things that a look at the result still finds, of severity medium or above. */
  readonly wrong: number;
  /** Digest of the result's receipt. */
  readonly digest: string;
  readonly reports: ReportPaths;
}
