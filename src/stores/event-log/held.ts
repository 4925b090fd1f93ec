import type { SalvorError } from "../../core/errors.ts";
import type { Image } from "../types.ts";
import type { LiveLog } from "./keep/live.ts";
import type { SurveyedLog } from "./keep/survey-task.ts";

/** A log that is held for inspection, damaged or missing as it may be. */
export interface HeldLog {
  readonly live: LiveLog;
  /** What reading it once has shown; without segments when there is none. */
  readonly surveyed: SurveyedLog;
  /** Null when a part of it cannot be read. */
  readonly image: Image | null;
  /** Why there is no image. */
  readonly trouble: SalvorError | null;
}
