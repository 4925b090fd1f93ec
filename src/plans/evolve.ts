import type { JournalEntry, RunEvent } from "./events.ts";
import { type Attempts, type RunState, stepState, type StepState } from "./run-state.ts";

/** The only place where a run changes. Replaying the journal through it rebuilds the state. */
export function evolve(state: RunState, entry: JournalEntry): RunState {
  const next = evolveEvent(state, entry.event, entry.at);
  if (entry.elapsedMs === null) return next;
  return { ...next, workedMs: next.workedBeforeMs + Math.max(0, entry.elapsedMs) };
}

function evolveEvent(state: RunState, event: RunEvent, at: number): RunState {
  switch (event.type) {
    case "RunStarted":
      return { ...state, by: event.by, reason: event.reason, startedAt: at };
    case "RunResumed":
      return resumed(state);
    case "CancelRequested":
      return { ...state, cancelRequested: true };
    case "StepStarted":
      return withStep(started(state, event.step), event.step, (step) => ({
        status: "running",
        forward: opened(step.forward),
        startedAt: step.startedAt ?? at,
      }));
    case "StepRecorded":
      return withStep(state, event.step, (step) => ({
        recorded: { ...step.recorded, ...event.part },
      }));
    case "StepNoted":
      return withStep(state, event.step, (step) => ({ notes: [...step.notes, event.sentence] }));
    case "StepSucceeded":
      return withStep(state, event.step, (step) => ({
        status: "succeeded",
        forward: closed(step.forward),
        durationMs: (step.durationMs ?? 0) + event.durationMs,
        error: null,
        recorded: { ...step.recorded, ...event.output },
      }));
    case "StepFailed":
      return withStep(state, event.step, (step) => ({
        status: event.final ? "failed" : "running",
        forward: failed(step.forward),
        durationMs: (step.durationMs ?? 0) + event.durationMs,
        error: event.error,
      }));
    case "StepSkipped":
      return withStep(state, event.step, (step) => ({
        status: "skipped",
        notes: [...step.notes, event.because],
      }));
    case "UndoBegan":
      return { ...withoutRunning(state), undoing: event.cause };
    case "UndoStarted":
      return withStep(state, event.step, (step) => ({ backward: opened(step.backward) }));
    case "UndoSucceeded":
      return withStep(state, event.step, (step) => ({
        status: "undone",
        backward: closed(step.backward),
        stuck: false,
      }));
    case "UndoFailed":
      return withStep(state, event.step, (step) => ({
        backward: failed(step.backward),
        stuck: event.final,
        error: event.error,
      }));
    case "RunEnded":
      return { ...state, ended: event.status };
  }
}

/** What was going on when a run turns back has failed: it will not be tried again. */
function withoutRunning(state: RunState): RunState {
  const steps = [...state.steps].map(([id, step]): [string, StepState] => [
    id,
    step.status === "running" ? { ...step, status: "failed" } : step,
  ]);
  return { ...state, steps: new Map(steps) };
}

/** A resumed run counts the attempts that died, and gives what had failed for good a new chance. */
function resumed(state: RunState): RunState {
  const stopper = (id: string): boolean =>
    state.undoing === null &&
    stepState(state, id).status === "failed" &&
    state.plan.steps.find((step) => step.id === id)?.onFailure === "stop";
  const steps = [...state.steps].map(([id, step]): [string, StepState] => [
    id,
    {
      ...step,
      status: stopper(id) ? "running" : step.status,
      forward: revived(step.forward, stopper(id)),
      backward: revived(step.backward, step.stuck),
      stuck: false,
    },
  ]);
  return { ...state, ended: null, workedBeforeMs: state.workedMs, steps: new Map(steps) };
}

function revived(attempts: Attempts, anew: boolean): Attempts {
  return {
    ...attempts,
    failures: anew ? 0 : attempts.failures,
    crashes: anew ? 0 : attempts.crashes + (attempts.open ? 1 : 0),
    open: false,
  };
}

const opened = (attempts: Attempts): Attempts => ({
  ...attempts,
  started: attempts.started + 1,
  open: true,
});

const closed = (attempts: Attempts): Attempts => ({ ...attempts, open: false });

const failed = (attempts: Attempts): Attempts => ({
  ...attempts,
  failures: attempts.failures + 1,
  open: false,
});

function started(state: RunState, step: string): RunState {
  return state.order.includes(step) ? state : { ...state, order: [...state.order, step] };
}

function withStep(
  state: RunState,
  id: string,
  change: (step: StepState) => Partial<StepState>,
): RunState {
  const before = stepState(state, id);
  return { ...state, steps: new Map(state.steps).set(id, { ...before, ...change(before) }) };
}
