import type { Digest } from "../core/hash.ts";
import type { Loss } from "../core/loss.ts";
import type {
  BuildProgress,
  OnDamaged,
  RebuildProgress,
  RebuildResult,
  StateVerdict,
} from "../projections/types.ts";
import type { Finding } from "../checks/types.ts";
import type { RunDocument } from "./run-document.ts";
import type { ChangeOptions } from "./change-options.ts";

/** A time: milliseconds since 1970, or RFC 3339. */
export type Moment = number | string;

/** What to build, and from which events. */
export interface RebuildOptions extends ChangeOptions {
  /** All projections when empty. */
  readonly projections?: readonly string[] | undefined;
  /** Copy the live state, and apply what it lacks of the events since this time. */
  readonly fromTimestamp?: Moment | undefined;
  /** Apply the events until this time, those at it too; with `to`. */
  readonly untilTimestamp?: Moment | undefined;
  /** File that receives the state of that time, and must not exist; the live state stays. */
  readonly to?: string | undefined;
  /** What happens to events that cannot be applied, instead of what salvor.yaml says of the log. */
  readonly onDamaged?: OnDamaged | undefined;
  /** Only remove what an earlier rebuild has left to be gone on with. */
  readonly discard?: boolean | undefined;
  /** Events in a transaction. */
  readonly batchSize?: number | undefined;
  /** Told several times a second how far it is. */
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
}

/** What came of one projection. The counts are zero where nothing was built. */
export interface RebuildDocument extends Omit<RebuildResult, "digest"> {
  readonly outcome: "rebuilt" | "planned" | "discarded" | "failed";
  /** Of the rows of its tables, however they were built; null where nothing was built. */
  readonly digest: Digest | null;
  /** What was being built, and was removed by `discard`, or is gone on with after a failure. */
  readonly draft: string | null;
  /** File that lists the events that were put aside, if there were any. */
  readonly damagedEvents: string | null;
  /** Folder that keeps the replaced state. */
  readonly quarantine: string | null;
  /** Events that were skipped. */
  readonly losses: readonly Loss[];
  readonly error: RebuildFailure | null;
  /** The whole of what was done, or of what would be; null where nothing is to be done. */
  readonly run: RunDocument | null;
}

/** Why a state could not be rebuilt, where several were asked for. */
export interface RebuildFailure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Several projections, in their order. */
export interface RebuildsDocument {
  readonly results: readonly RebuildDocument[];
}

/** Which states to verify. */
export interface VerifyStateOptions {
  /** All projections when empty. */
  readonly projections?: readonly string[] | undefined;
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
}

/** Whether one state is what its log says. */
export interface VerifyStateDocument extends StateVerdict {
  /** What is open about this projection now. */
  readonly findings: readonly Finding[];
  readonly durationMs: number;
}

/** Several projections, in their order; `consistent` only when every one is. */
export interface VerifyStatesDocument {
  readonly consistent: boolean;
  readonly results: readonly VerifyStateDocument[];
}

/** Which log to follow. */
export interface TailOptions {
  readonly projection: string;
  readonly onDamaged?: OnDamaged | undefined;
  /** Told after each transaction. */
  readonly onApplied?: ((progress: BuildProgress) => void) | undefined;
}

/** What was applied from the beginning of a tail to its end. */
export interface TailDocument {
  readonly projection: string;
  readonly target: string;
  readonly events: number;
  readonly applied: number;
  readonly duplicates: number;
  readonly corrupted: number;
}
