import { SalvorError } from "../core/errors.ts";
import type { StepDefinition } from "./define-step.ts";
import type { Plan, PlannedStep } from "./types.ts";

/** The kinds of steps that an engine knows, by name. */
export type StepRegistry = ReadonlyMap<string, StepDefinition>;

/** Lists kinds of steps by name. PLAN_INVALID when two have the same one. */
export function registryOf(steps: readonly StepDefinition[]): StepRegistry {
  const registry = new Map<string, StepDefinition>();
  for (const step of steps) {
    if (registry.has(step.name)) throw invalid(`two kinds of steps are called "${step.name}"`);
    registry.set(step.name, step);
  }
  return registry;
}

/**
 * Refuses a plan that could not be carried out, before anything of it starts, and brings its steps
 * into an order in which each comes after those it depends on; otherwise the order is kept.
 *
 * @throws {SalvorError} PLAN_INVALID naming the step, and what is wrong with it.
 */
export function validatePlan(plan: Plan, registry: StepRegistry): Plan {
  const ids = new Set<string>();
  for (const step of plan.steps) {
    if (!/^[A-Za-z0-9.][A-Za-z0-9_.:-]{0,127}$/.test(step.id)) {
      throw invalid(`plan "${plan.name}" has a step with the id "${step.id}"`);
    }
    if (ids.has(step.id)) throw invalid(`plan "${plan.name}" has two steps "${step.id}"`);
    ids.add(step.id);
  }
  for (const step of plan.steps) validateStep(step, ids, registry);
  return { ...plan, subject: [...new Set(plan.subject)].sort(), steps: ordered(plan) };
}

/** The kind of a step. PLAN_INVALID when this Salvor has no such kind. */
export function definitionOf(step: PlannedStep, registry: StepRegistry): StepDefinition {
  const definition = registry.get(step.action);
  if (definition !== undefined) return definition;
  throw invalid(`step "${step.id}" has the action "${step.action}", which does not exist here`);
}

function validateStep(step: PlannedStep, ids: ReadonlySet<string>, registry: StepRegistry): void {
  const definition = definitionOf(step, registry);
  const unknown = step.dependsOn.find((id) => !ids.has(id));
  if (unknown !== undefined) {
    throw invalid(`step "${step.id}" depends on "${unknown}", which the plan does not have`);
  }
  const parsed = definition.parameters.safeParse(step.parameters);
  if (parsed.success) return;
  const issue = parsed.error.issues[0];
  const place = ["parameters", ...(issue?.path ?? [])].join(".");
  throw invalid(`step "${step.id}": ${place}: ${issue?.message ?? "not what the step takes"}`);
}

function ordered(plan: Plan): readonly PlannedStep[] {
  const placed = new Set<string>();
  const result: PlannedStep[] = [];
  while (result.length < plan.steps.length) {
    const next = plan.steps.find(
      (step) => !placed.has(step.id) && step.dependsOn.every((id) => placed.has(id)),
    );
    if (next === undefined) throw invalid(`plan "${plan.name}" goes in a circle: ${circle(plan)}`);
    placed.add(next.id);
    result.push(next);
  }
  return result;
}

/** Follows dependencies from a step that waits for ever until one comes again. */
function circle(plan: Plan): string {
  const byId = new Map(plan.steps.map((step) => [step.id, step]));
  const settled = new Set<string>();
  for (let before = -1; before !== settled.size;) {
    before = settled.size;
    for (const step of plan.steps) {
      if (step.dependsOn.every((id) => settled.has(id))) settled.add(step.id);
    }
  }
  const path: string[] = [];
  let at = plan.steps.find((step) => !settled.has(step.id))?.id;
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = byId.get(at)?.dependsOn.find((id) => !settled.has(id));
  }
  return [...path.slice(path.indexOf(at ?? "")), at ?? ""].join(" -> ");
}

function invalid(message: string): SalvorError {
  return new SalvorError("PLAN_INVALID", message, {
    hint: "Correct the plan; nothing of it was started.",
  });
}
