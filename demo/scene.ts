import type { Promises } from "./promises.ts";
import type { Stage } from "./stage.ts";

/** Where a disaster is played. */
export interface Scene {
  readonly stage: Stage;
  readonly promises: Promises;
  readonly folder: string;
  /** The database, relative to the folder. */
  readonly database: string;
}
