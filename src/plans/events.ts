import type { JsonObject } from "../core/json.ts";
import type { StepError } from "./types.ts";

/** Why a run takes back what it did. */
export type UndoCause = "cancelled" | "failed";

/** What the journal of a run says happened, or is about to happen. Never changed, only added to. */
export type RunEvent =
  | { readonly type: "RunStarted"; readonly by: string; readonly reason: string | null }
  | { readonly type: "RunResumed"; readonly by: string }
  | { readonly type: "CancelRequested"; readonly by: string }
  | { readonly type: "StepStarted"; readonly step: string }
  | { readonly type: "StepRecorded"; readonly step: string; readonly part: JsonObject }
  | { readonly type: "StepNoted"; readonly step: string; readonly sentence: string }
  | {
      readonly type: "StepSucceeded";
      readonly step: string;
      readonly output: JsonObject;
      readonly durationMs: number;
    }
  | {
      readonly type: "StepFailed";
      readonly step: string;
      readonly error: StepError;
      /** No further attempt will be made. */
      readonly final: boolean;
      readonly durationMs: number;
    }
  | { readonly type: "StepSkipped"; readonly step: string; readonly because: string }
  | { readonly type: "UndoBegan"; readonly cause: UndoCause }
  | { readonly type: "UndoStarted"; readonly step: string }
  | { readonly type: "UndoSucceeded"; readonly step: string }
  | {
      readonly type: "UndoFailed";
      readonly step: string;
      readonly error: StepError;
      readonly final: boolean;
    }
  | { readonly type: "RunEnded"; readonly status: EndStatus };

/** How a run can end. A failed one can still be resumed or cancelled. */
export type EndStatus = "succeeded" | "failed" | "undone" | "cancelled";

/** An event with its place and time. */
export interface JournalEntry {
  readonly sequence: number;
  /** Milliseconds since the epoch, by a clock that may have been set back. */
  readonly at: number;
  /** Milliseconds since this process began to work on the run; null for what others wrote. */
  readonly elapsedMs: number | null;
  readonly event: RunEvent;
}
