import type * as z from "zod";

import type { JsonObject } from "../core/json.ts";
import type { StepContext, StepLimits } from "./types.ts";

/**
 * A kind of step. `run` may be killed at any instant and be called again: whatever a step must know
 * then, it has recorded before, and `done` answers whether it has happened already.
 */
export interface StepDefinition<Parameters extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** For people: what this kind of step does. */
  readonly summary: string;
  readonly parameters: Parameters;
  readonly limits: StepLimits;
  /** Which errors another attempt can help; those that `isRetryable` names, when absent. */
  retry?(error: unknown): boolean;
  /**
   * Asked before every attempt but the first: after a crash, a failure, a time-out. False: run it
   * again. True: it is done, and what was recorded is its output. An object: it is done, and this
   * is the rest of its output. Absent means that running it again does no harm.
   */
  done?(
    context: StepContext<z.output<Parameters>>,
    signal: AbortSignal,
  ): Promise<boolean | JsonObject>;
  /** Does it, and answers the output. When `signal` is aborted it stops soon, and throws. */
  run(context: StepContext<z.output<Parameters>>, signal: AbortSignal): Promise<JsonObject>;
  /**
   * Takes it back, also half of it: it is asked of every step that was started, whether it has
   * succeeded or not, and of itself again after a crash.
   */
  undo?(context: StepContext<z.output<Parameters>>, signal: AbortSignal): Promise<void>;
}

/** Defines a kind of step. Its parameters are checked before any plan that names it is started. */
export function defineStep<Parameters extends z.ZodType>(
  definition: StepDefinition<Parameters>,
): StepDefinition<Parameters> {
  return definition;
}
