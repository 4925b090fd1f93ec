import type { LiveTree } from "../files/live.ts";
import type { DocumentsOptions } from "./options.ts";
import type { CollectionSpec } from "./survey/types.ts";

/** A live store of documents: a tree of files, and what they hold. */
export interface LiveDocuments {
  /** What captures, restores and exchanges the files. */
  readonly tree: LiveTree;
  readonly options: DocumentsOptions;
  readonly specs: readonly CollectionSpec[];
}
