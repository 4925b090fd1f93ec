import type { JsonObject } from "../core/json.ts";
import type { EndStatus, UndoCause } from "./events.ts";
import type { Plan, StepError, StepStatus } from "./types.ts";

/** How often something was tried, and how that went. */
export interface Attempts {
  readonly started: number;
  /** Attempts that ended with an error, since the last resumption. */
  readonly failures: number;
  /** Attempts whose process died. */
  readonly crashes: number;
  /** The last attempt was started and has not ended. */
  readonly open: boolean;
}

/** One step of a run, as far as it has come. */
export interface StepState {
  readonly status: StepStatus;
  readonly forward: Attempts;
  readonly backward: Attempts;
  /** Its undo has failed for good. */
  readonly stuck: boolean;
  readonly startedAt: number | null;
  /** Of all its attempts together. */
  readonly durationMs: number | null;
  readonly error: StepError | null;
  readonly recorded: JsonObject;
  readonly notes: readonly string[];
}

/** A run as its journal tells it: what `evolve` makes and `decide` reads. */
export interface RunState {
  readonly plan: Plan;
  readonly by: string;
  readonly reason: string | null;
  readonly startedAt: number | null;
  /** Null while it goes forward. */
  readonly undoing: UndoCause | null;
  readonly cancelRequested: boolean;
  /** Null while it has not ended. */
  readonly ended: EndStatus | null;
  /** Time worked before the last resumption, and altogether. */
  readonly workedBeforeMs: number;
  readonly workedMs: number;
  /** Ids of the steps that were started, in the order of their first start. */
  readonly order: readonly string[];
  readonly steps: ReadonlyMap<string, StepState>;
}

const untried: Attempts = { started: 0, failures: 0, crashes: 0, open: false };

const pending: StepState = {
  status: "pending",
  forward: untried,
  backward: untried,
  stuck: false,
  startedAt: null,
  durationMs: null,
  error: null,
  recorded: {},
  notes: [],
};

/** A run of this plan before anything happened. */
export function unstarted(plan: Plan): RunState {
  return {
    plan,
    by: "",
    reason: null,
    startedAt: null,
    undoing: null,
    cancelRequested: false,
    ended: null,
    workedBeforeMs: 0,
    workedMs: 0,
    order: [],
    steps: new Map(plan.steps.map((step) => [step.id, pending])),
  };
}

/** The state of a step that the plan is known to have. */
export function stepState(state: RunState, step: string): StepState {
  return state.steps.get(step) ?? pending;
}
