import type { JsonObject } from "../core/json.ts";
import type { World } from "../core/world.ts";

/** What a run does when a step of its plan has failed for good. */
export type OnFailure = "stop" | "continue" | "undo";

/** One piece of a plan, as the journal keeps it: JSON and nothing else. */
export interface PlannedStep {
  /** Unique in its plan; under it later steps find this one's output. */
  readonly id: string;
  /** Name of the step's definition. */
  readonly action: string;
  /** For people: what this step is. */
  readonly name: string;
  /** For people: what it will do here, in one sentence. */
  readonly description: string;
  readonly parameters: JsonObject;
  /** Ids of the steps whose success this one needs. */
  readonly dependsOn: readonly string[];
  readonly estimatedMs: number | null;
  /** `continue`: the failure does not matter, only the steps that depend on this one are skipped. */
  readonly onFailure: OnFailure;
}

/** What will be done. The whole of it is journaled when it starts, so resuming needs nothing else. */
export interface Plan {
  readonly name: string;
  /** Names of the stores that the run holds while it works. */
  readonly subject: readonly string[];
  readonly steps: readonly PlannedStep[];
}

/** What a step is given. */
export interface StepContext<Parameters> {
  /** Id of the run. */
  readonly run: string;
  /** Id of the step in its plan. */
  readonly step: string;
  readonly parameters: Parameters;
  /** What the steps before have answered, by step id. */
  readonly outputs: ReadonlyMap<string, JsonObject>;
  /** What this step has recorded so far, in earlier attempts too; after its end, its output. */
  readonly recorded: JsonObject;
  readonly world: World;
  /**
   * Journals a part of the output before the effect that it describes, durably: the name of the
   * folder that is about to be made, say. Later parts are merged over earlier ones.
   */
  record(part: JsonObject): Promise<void>;
  /** Journals one sentence for people. */
  note(sentence: string): Promise<void>;
}

/** Bounds of one step. */
export interface StepLimits {
  /** How often it is tried, and its undo likewise, before it has failed for good; at least 1. */
  readonly attempts: number;
  /** Milliseconds after which the signal of an attempt is aborted. */
  readonly timeoutMs: number;
}

/** How far a run has come, or how it ended. */
export type RunStatus =
  | "planned"
  | "running"
  | "awaiting_approval"
  | "succeeded"
  | "failed"
  | "undone"
  | "interrupted"
  | "cancelled";

/** How far a step has come, or how it ended. */
export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped" | "undone";

/** An error as the journal and documents hold it. */
export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One step of a run, as documents show it. */
export interface RunStep {
  readonly id: string;
  readonly action: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly dependsOn: readonly string[];
  readonly estimatedMs: number | null;
  readonly attempts: number;
  readonly status: StepStatus;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly error: StepError | null;
  /** What it told on the way. */
  readonly notes: readonly string[];
}

/** One execution of a plan, as far as the engine knows it; the application adds its summary. */
export interface RunRecord {
  readonly id: string;
  readonly plan: string;
  readonly subject: readonly string[];
  readonly by: string;
  readonly reason: string | null;
  readonly status: RunStatus;
  /** 0 to 1, by estimated time. */
  readonly progress: number;
  readonly startedAt: string | null;
  /** Time worked, without the time between a crash and its resumption. */
  readonly durationMs: number | null;
  readonly steps: readonly RunStep[];
}

/** What a step has answered, for the summary of its run. */
export interface StepOutput {
  readonly id: string;
  readonly action: string;
  readonly status: StepStatus;
  readonly output: JsonObject;
}
