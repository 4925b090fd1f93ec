import { timeOf } from "./journal.ts";
import { type RunState, stepState } from "./run-state.ts";
import type { PlannedStep, RunRecord, RunStatus, RunStep, StepOutput } from "./types.ts";

/** What a step without an estimate counts in a run's progress, in milliseconds. */
const UNKNOWN_MS = 1_000;

/** A run as documents show it. @param whileOpen its status as long as it has not ended. */
export function describeRun(id: string, state: RunState, whileOpen: RunStatus): RunRecord {
  return {
    id,
    plan: state.plan.name,
    subject: state.plan.subject,
    by: state.by,
    reason: state.reason,
    status: state.ended ?? whileOpen,
    progress: progressOf(state),
    startedAt: timeOf(state.startedAt),
    durationMs: state.startedAt === null ? null : Math.round(state.workedMs),
    steps: state.plan.steps.map((step) => describeStep(step, state)),
  };
}

/** What the steps have answered so far, in the order of the plan. */
export function outputsOf(state: RunState): readonly StepOutput[] {
  return state.plan.steps.map((step) => {
    const { status, recorded } = stepState(state, step.id);
    return { id: step.id, action: step.action, status, output: recorded };
  });
}

function describeStep(step: PlannedStep, state: RunState): RunStep {
  const { status, forward, startedAt, durationMs, error, notes } = stepState(state, step.id);
  return {
    id: step.id,
    action: step.action,
    name: step.name,
    description: step.description,
    parameters: step.parameters,
    dependsOn: step.dependsOn,
    estimatedMs: step.estimatedMs,
    attempts: forward.started,
    status,
    startedAt: timeOf(startedAt),
    durationMs: durationMs === null ? null : Math.round(durationMs),
    error,
    notes,
  };
}

function progressOf(state: RunState): number {
  if (state.ended === "succeeded") return 1;
  const over = state.plan.steps.filter((step) =>
    ["skipped", "succeeded"].includes(stepState(state, step.id).status),
  );
  const all = sum(state.plan.steps.map(weight));
  return all === 0 ? 0 : Math.round((sum(over.map(weight)) / all) * 1_000) / 1_000;
}

function weight(step: PlannedStep): number {
  return Math.max(1, step.estimatedMs ?? UNKNOWN_MS);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}
