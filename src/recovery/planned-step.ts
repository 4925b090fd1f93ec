import type { JsonObject } from "../core/json.ts";
import type { OnFailure, PlannedStep } from "../plans/types.ts";
import { stepId } from "./steps/quarantine-json.ts";

/** The store that a step is about. */
export interface StepSubject {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  /** Bytes that its steps go through, about. */
  readonly bytes: number;
}

/** What tells a step from others of the same store. */
export interface StepDetails {
  readonly description: string;
  readonly parameters: JsonObject;
  /** Added to the action where a store has several steps of it. */
  readonly suffix?: string;
  /** Ids. */
  readonly dependsOn?: readonly string[];
  readonly onFailure?: OnFailure;
}

/** Bytes a millisecond that work is estimated at; only the progress of a run goes by it. */
const BYTES_PER_MS = 200_000;

/** One step of a store, as a plan holds it. */
export function plannedStep(
  { store, driver, options, bytes }: StepSubject,
  action: string,
  { description, parameters, suffix = "", dependsOn = [], onFailure = "undo" }: StepDetails,
): PlannedStep {
  return {
    id: stepId(store, action + suffix),
    action,
    name: `${action} ${store}`,
    description,
    parameters: { store, driver, options, ...parameters },
    dependsOn,
    estimatedMs: 100 + Math.round(bytes / BYTES_PER_MS),
    onFailure,
  };
}
