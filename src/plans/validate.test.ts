import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import * as z from "zod";

import { defineStep } from "./define-step.ts";
import type { Plan, PlannedStep } from "./types.ts";
import { registryOf, validatePlan } from "./validate.ts";

const wait = defineStep({
  name: "wait",
  summary: "Waits",
  parameters: z.strictObject({ seconds: z.int().default(1) }),
  limits: { attempts: 1, timeoutMs: 1_000 },
  run: async () => ({}),
});
const registry = registryOf([wait]);

function step(id: string, dependsOn: readonly string[], more: Partial<PlannedStep> = {}) {
  return {
    id,
    action: "wait",
    name: id,
    description: id,
    parameters: {},
    dependsOn,
    estimatedMs: null,
    onFailure: "stop" as const,
    ...more,
  };
}

const plan = (...steps: readonly PlannedStep[]): Plan => ({ name: "p", subject: [], steps });

function refused(given: Plan, message: RegExp): void {
  assert.throws(() => validatePlan(given, registry), { code: "PLAN_INVALID", message });
}

describe("a plan is refused before anything of it starts", () => {
  it("when two steps have one id", () =>
    refused(plan(step("a", []), step("a", [])), /two steps "a"/));

  it("when a step has an action that does not exist", () =>
    refused(plan(step("a", [], { action: "fly" })), /"a" has the action "fly"/));

  it("when a step needs one that is not there", () =>
    refused(plan(step("a", ["b"])), /"a" depends on "b"/));

  it("when parameters are not what the step takes, naming the parameter", () =>
    refused(plan(step("a", [], { parameters: { seconds: "x" } })), /"a": parameters\.seconds: /));

  it("when it goes in a circle, naming the circle and not what leads to it", () =>
    refused(
      plan(step("z", ["a"]), step("a", ["b"]), step("b", ["c"]), step("c", ["a"])),
      /circle: a -> b -> c -> a$/,
    ));

  it("when a step waits for itself", () => refused(plan(step("a", ["a"])), /circle: a -> a$/));
});

it("two kinds of steps cannot share a name", () =>
  assert.throws(() => registryOf([wait, wait]), { code: "PLAN_INVALID" }));

it("steps come after those they depend on, in whatever order they were written", () => {
  const acyclic = fc.array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(acyclic, fc.infiniteStream(fc.nat()), (edges, order) => {
      const steps = edges.map((to, index) =>
        step(`s${index}`, index === 0 ? [] : to.map((each) => `s${each % index}`)),
      );
      const shuffled = steps.toSorted(() => ((order.next().value ?? 0) % 2 === 0 ? 1 : -1));
      const placed = new Set<string>();
      for (const each of validatePlan(plan(...shuffled), registry).steps) {
        for (const id of each.dependsOn) assert.ok(placed.has(id), `${each.id} came before ${id}`);
        placed.add(each.id);
      }
      assert.equal(placed.size, steps.length);
    }),
  );
});
