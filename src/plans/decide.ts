import type { RunEvent } from "./events.ts";
import { type Attempts, type RunState, stepState } from "./run-state.ts";
import type { PlannedStep, StepError } from "./types.ts";

/** How often the process may die in one step before the step itself is to blame. */
export const CRASHES_MAX = 20;

/** What comes next in a run. */
export type Order =
  /** Write this down; nothing has to be done for it. */
  | { readonly do: "write"; readonly event: RunEvent }
  /** Write the intent down, then act. `again`: something was tried before, so ask first. */
  | {
      readonly do: "run" | "undo";
      readonly step: PlannedStep;
      readonly again: boolean;
      readonly event: RunEvent;
    }
  | { readonly do: "nothing" };

/** What the definitions say that a decision depends on. */
export interface StepFacts {
  /** Can a step of this action be taken back? */
  isReversible(action: string): boolean;
}

/** Pure: what follows from what already happened. No clock, no disk. */
export function decide(state: RunState, facts: StepFacts): Order {
  if (state.ended !== null) return { do: "nothing" };
  return state.undoing === null ? decideForward(state) : decideBackward(state, facts);
}

function decideForward(state: RunState): Order {
  if (state.cancelRequested) return write({ type: "UndoBegan", cause: "cancelled" });
  const failed = state.plan.steps.filter((step) => stepState(state, step.id).status === "failed");
  if (failed.some((step) => step.onFailure === "undo")) {
    return write({ type: "UndoBegan", cause: "failed" });
  }
  if (failed.some((step) => step.onFailure === "stop")) {
    return write({ type: "RunEnded", status: "failed" });
  }
  for (const step of state.plan.steps) {
    const order = decideStep(state, step);
    if (order !== null) return order;
  }
  return write({ type: "RunEnded", status: "succeeded" });
}

/** What is to be done about one step now; null when it is over, or has to wait for another one. */
function decideStep(state: RunState, step: PlannedStep): Order | null {
  const { status, forward } = stepState(state, step.id);
  if (status === "running" && forward.crashes > CRASHES_MAX) {
    const error = crashedTooOften(step, forward.crashes);
    return write({ type: "StepFailed", step: step.id, error, final: true, durationMs: 0 });
  }
  if (status === "running") return attempt("run", step, forward);
  if (status !== "pending") return null;
  const needed = step.dependsOn.map((id) => ({ id, status: stepState(state, id).status }));
  const missing = needed.find((each) => each.status === "failed" || each.status === "skipped");
  if (missing !== undefined) {
    const because = `skipped, because step ${missing.id} ${missing.status === "failed" ? "has failed" : "was skipped"}`;
    return write({ type: "StepSkipped", step: step.id, because });
  }
  return needed.every((each) => each.status === "succeeded") ? attempt("run", step, forward) : null;
}

/** The steps that were started, last one first; the first that cannot be undone ends the run. */
function decideBackward(state: RunState, facts: StepFacts): Order {
  for (const id of state.order.toReversed()) {
    const step = state.plan.steps.find((each) => each.id === id);
    const { status, backward, stuck } = stepState(state, id);
    if (step === undefined || status === "undone" || !facts.isReversible(step.action)) continue;
    if (stuck) return write({ type: "RunEnded", status: "failed" });
    if (backward.crashes > CRASHES_MAX) {
      const error = crashedTooOften(step, backward.crashes);
      return write({ type: "UndoFailed", step: id, error, final: true });
    }
    return attempt("undo", step, backward);
  }
  return write({
    type: "RunEnded",
    status: state.undoing === "cancelled" ? "cancelled" : "undone",
  });
}

function attempt(kind: "run" | "undo", step: PlannedStep, attempts: Attempts): Order {
  const type = kind === "run" ? "StepStarted" : "UndoStarted";
  return { do: kind, step, again: attempts.started > 0, event: { type, step: step.id } };
}

function write(event: RunEvent): Order {
  return { do: "write", event };
}

function crashedTooOften(step: PlannedStep, crashes: number): StepError {
  return {
    code: "FAULT",
    message: `the process died ${crashes} times in step ${step.id}`,
    hint: "Look for what kills it (memory, a watchdog, the disk) before resuming the run.",
  };
}
