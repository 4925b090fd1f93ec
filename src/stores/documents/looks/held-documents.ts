import type { Observation } from "../../../core/finding.ts";
import type { Image } from "../../types.ts";
import type { HeldFolder } from "../held.ts";
import type { LiveDocuments } from "../live.ts";
import type { SurveyRequest } from "../survey/survey.ts";
import { NOTHING_WANTED, type Wanted } from "../survey/types.ts";

/** A live store held still: what its looks work on. */
export interface HeldDocuments {
  readonly live: LiveDocuments;
  /** Null when there is no folder to look into. */
  readonly folder: HeldFolder | null;
  /** Null when not all of it could be read. */
  readonly image: Image | null;
  /** Why there is no folder. */
  readonly blocked: readonly Observation[];
}

/** What a survey of a folder's documents is asked for. */
export function requestOf(folder: HeldFolder, wanted: Partial<Wanted>): SurveyRequest {
  const { live, documents } = folder;
  return {
    pool: live.tree.context.pool,
    specs: live.specs,
    files: documents,
    wanted: { ...NOTHING_WANTED, ...wanted },
  };
}

/** False where something could not be read: damage that is not seen there may still be there. */
export function isComplete({ captured }: HeldFolder): boolean {
  return captured.captured.troublesTotal === 0;
}
