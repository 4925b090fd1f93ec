import { isRetryable, SalvorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { tellError } from "../core/tell-error.ts";
import type { World } from "../core/world.ts";
import type { Order } from "./decide.ts";
import type { Journal } from "./journal.ts";
import { type Attempts, stepState } from "./run-state.ts";
import type { StepDefinition } from "./define-step.ts";
import type { PlannedStep, StepContext, StepError } from "./types.ts";
import { definitionOf, type StepRegistry } from "./validate.ts";
import { type Outcome, watched } from "./watch.ts";

const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 30_000;
const TEXT_MAX = 2_000;

/** What the worker of one run works with. */
export interface RunWork {
  readonly journal: Journal;
  readonly registry: StepRegistry;
  readonly world: World;
  /** Aborted when this process has to stop; the run stays interrupted. */
  readonly signal: AbortSignal;
}

/**
 * Works on a run until it has ended: decides, writes the intent, acts, writes what came of it.
 *
 * @throws {SalvorError} CANCELLED when the signal is aborted: the run can be resumed.
 */
export async function workOn(work: RunWork): Promise<void> {
  const { journal, registry } = work;
  const facts = { isReversible: (action: string) => registry.get(action)?.undo !== undefined };
  for (;;) {
    stopWhenAsked(work);
    const order = await journal.advance(facts);
    if (order.do === "nothing") return;
    if (order.do === "run") await runStep(work, order.step, order);
    if (order.do === "undo") await undoStep(work, order.step);
  }
}

async function runStep(
  work: RunWork,
  step: PlannedStep,
  order: Extract<Order, { do: "run" | "undo" }>,
): Promise<void> {
  const { journal, world } = work;
  const definition = definitionOf(step, work.registry);
  const beganMs = world.elapsed();
  const outcome = await watchedAttempt(work, definition, async (signal) => {
    const context = contextOf(work, step, definition);
    return (
      (order.again ? await askDone(definition, context, signal) : null) ??
      definition.run(context, signal)
    );
  });
  const durationMs = Math.max(0, world.elapsed() - beganMs);
  if (outcome.ok) {
    await journal.append({
      type: "StepSucceeded",
      step: step.id,
      output: outcome.value,
      durationMs,
    });
    return;
  }
  const { error, final } = judge(
    work,
    definition,
    outcome,
    stepState(journal.current, step.id).forward,
  );
  await journal.append({ type: "StepFailed", step: step.id, error, final, durationMs });
  if (!final) await pause(work, stepState(journal.current, step.id).forward.failures);
}

async function undoStep(work: RunWork, step: PlannedStep): Promise<void> {
  const { journal } = work;
  const definition = definitionOf(step, work.registry);
  const outcome = await watchedAttempt(work, definition, async (signal) =>
    definition.undo?.(contextOf(work, step, definition), signal),
  );
  if (outcome.ok) {
    await journal.append({ type: "UndoSucceeded", step: step.id });
    return;
  }
  const { error, final } = judge(
    work,
    definition,
    outcome,
    stepState(journal.current, step.id).backward,
  );
  await journal.append({ type: "UndoFailed", step: step.id, error, final });
  if (!final) await pause(work, stepState(journal.current, step.id).backward.failures);
}

/** The output when it is done already, else null. */
async function askDone(
  definition: StepDefinition,
  context: StepContext<unknown>,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const answer = (await definition.done?.(context, signal)) ?? false;
  if (answer === false) return null;
  return answer === true ? {} : answer;
}

function watchedAttempt<Result>(
  work: RunWork,
  definition: StepDefinition,
  attempt: (signal: AbortSignal) => Promise<Result>,
): Promise<Outcome<Result>> {
  return watched(
    {
      world: work.world,
      timeoutMs: definition.limits.timeoutMs,
      signal: work.signal,
      isCancelled: () => isCancelled(work),
    },
    attempt,
  );
}

/** A run that is being undone already goes on undoing. */
function isCancelled({ journal }: RunWork): boolean {
  const { cancelRequested, undoing } = journal.pull();
  return cancelRequested && undoing === null;
}

/** What an attempt's failure means: the error to journal, and whether it was the last attempt. */
function judge(
  work: RunWork,
  definition: StepDefinition,
  outcome: Extract<Outcome<unknown>, { ok: false }>,
  attempts: Attempts,
): { readonly error: StepError; readonly final: boolean } {
  // Nothing is written then: as far as the journal knows, the process died in this attempt.
  if (outcome.cause === "stopped") stopWhenAsked(work);
  if (outcome.cause === "cancelled") return { error: stepError(cancelled(work)), final: true };
  const error = outcome.cause === "timeout" ? timedOut(definition, outcome.error) : outcome.error;
  const canHelp = definition.retry?.(error) ?? isRetryable(error);
  const final = !canHelp || attempts.failures + 1 >= definition.limits.attempts;
  return { error: stepError(error), final };
}

/** Waits before the next attempt, longer each time; a request to cancel ends the waiting. */
async function pause(work: RunWork, failures: number): Promise<void> {
  const durationMs = Math.min(PAUSE_FIRST_MS * 2 ** (failures - 1), PAUSE_MAX_MS);
  await watched(
    {
      world: work.world,
      timeoutMs: null,
      signal: work.signal,
      isCancelled: () => isCancelled(work),
    },
    (signal) => work.world.sleep(durationMs, signal),
  );
}

function contextOf(
  { journal, world }: RunWork,
  step: PlannedStep,
  definition: StepDefinition,
): StepContext<unknown> {
  const outputs = new Map<string, JsonObject>();
  for (const [id, { status, recorded }] of journal.current.steps) {
    if (id !== step.id && status === "succeeded") outputs.set(id, recorded);
  }
  return {
    run: journal.run,
    step: step.id,
    parameters: definition.parameters.parse(step.parameters),
    outputs,
    get recorded() {
      return stepState(journal.current, step.id).recorded;
    },
    world,
    record: (part) => journal.append({ type: "StepRecorded", step: step.id, part }),
    note: (sentence) =>
      journal.append({ type: "StepNoted", step: step.id, sentence: sentence.slice(0, TEXT_MAX) }),
  };
}

function stepError(error: unknown): StepError {
  const told = tellError(error);
  return { ...told, message: told.message.slice(0, TEXT_MAX) };
}

function timedOut(definition: StepDefinition, cause: unknown): SalvorError {
  const { timeoutMs } = definition.limits;
  return new SalvorError("STEP_TIMEOUT", `${definition.name} took longer than ${timeoutMs} ms`, {
    hint: "Find out what it waits for, then resume the run.",
    cause,
  });
}

function cancelled({ journal }: RunWork): SalvorError {
  return new SalvorError("CANCELLED", `run ${journal.run} was cancelled`, {
    hint: `"salvor runs ${journal.run}" shows what was undone.`,
  });
}

function stopWhenAsked({ journal, signal }: RunWork): void {
  if (!signal.aborted) return;
  throw new SalvorError("CANCELLED", `run ${journal.run} was interrupted`, {
    hint: `"salvor resume ${journal.run}" goes on with it, "salvor cancel ${journal.run}" undoes it.`,
  });
}
