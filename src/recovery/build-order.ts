import type { Digest } from "../core/hash.ts";
import type { Loss } from "../core/loss.ts";
import type { BuildProgress, OnDamaged } from "../projections/types.ts";
import type { EventPlace } from "../stores/events.ts";
import type { Address } from "../stores/types.ts";

/** Which state is to be built, where, and of which events. */
export interface BuildOrder {
  /** Name in salvor.yaml, which says all else. */
  readonly projection: string;
  /** The database that is built: made when it is missing, gone on with when it fits. */
  readonly draft: Address;
  /** Names the work: one of the same name that was interrupted is gone on with, its counts too. */
  readonly build: string;
  /** Apply no event before this time, in milliseconds. */
  readonly fromMs: number | null;
  /** Apply no event after this time, in milliseconds. */
  readonly untilMs: number | null;
  /** Apply no event behind this place; absent: to the end of the log. */
  readonly end?: EventPlace | null;
  /** What happens to damage; null is what salvor.yaml says of the log. */
  readonly onDamaged: OnDamaged | null;
  /** Events in a transaction; null is as many as go fastest. */
  readonly batchMax: number | null;
  /** What was skipped by the attempts before. */
  readonly skipped: readonly Loss[];
  /** Told of all that was skipped so far, each time that there is more. */
  readonly keep: (skipped: readonly Loss[]) => Promise<void>;
}

/** A state that was built to the end of its log, or of its time. */
export interface Built {
  readonly progress: BuildProgress;
  readonly eventsPerSecond: number;
  readonly version: number;
  /** Digest of what decides what the rows are. */
  readonly definition: Digest;
  /** Names of the projection's own tables. */
  readonly tables: readonly string[];
  /** What was skipped because it is damaged. */
  readonly losses: readonly Loss[];
}
