import type { JsonObject } from "../../../core/json.ts";
import { surveyLog } from "./capture.ts";
import { listSegments } from "./list-segments.ts";
import type { LiveLog } from "./live.ts";
import { fingerprintOf } from "./survey-task.ts";

/** False when the files have the marks or the bytes that they had: other ones tell nothing. */
export async function hasMoved(
  live: LiveLog,
  { fingerprint, content }: JsonObject,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (fingerprintOf(listSegments(live.place)) === fingerprint) return false;
  const surveyed = await surveyLog(live, signal);
  const isWhole = surveyed.troubles.length === 0 && surveyed.changed.length === 0;
  return isWhole && surveyed.content === content ? false : null;
}
