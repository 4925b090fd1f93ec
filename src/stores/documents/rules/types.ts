import type { Observation } from "../../../core/finding.ts";
import type { Json } from "../../../core/json.ts";

/** What a document does against its rules. */
export interface Breach {
  readonly code: string;
  readonly title: string;
  readonly severity: Observation["severity"];
  /** JSON pointer within the document. */
  readonly pointer: string;
  readonly description: string;
  readonly evidence: string;
}

/** What each document of a collection is held against. */
export type DocumentRule = (document: Json) => readonly Breach[];
