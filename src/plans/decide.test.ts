import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { CRASHES_MAX, decide, type Order } from "./decide.ts";
import type { RunEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { type RunState, unstarted } from "./run-state.ts";
import type { OnFailure, Plan, PlannedStep, StepError } from "./types.ts";

const facts = { isReversible: (action: string) => action !== "one-way" };
const error: StepError = { code: "FAULT", message: "it broke", hint: "mend it" };
const started: RunEvent = { type: "RunStarted", by: "somebody", reason: null };

function step(id: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id,
    action: "any",
    name: id,
    description: id,
    parameters: {},
    dependsOn: [],
    estimatedMs: null,
    onFailure: "undo",
    ...more,
  };
}

const plan = (...steps: readonly PlannedStep[]): Plan => ({ name: "p", subject: ["shop"], steps });

function given(of: Plan, ...events: readonly RunEvent[]) {
  const state = events.reduce<RunState>(
    (before, event, index) =>
      evolve(before, { sequence: index + 1, at: 1_000 + index, elapsedMs: 10 * index, event }),
    unstarted(of),
  );
  const order = decide(state, facts);
  return {
    state,
    thenWrites: (event: RunEvent) => assert.deepEqual(order, { do: "write", event }),
    thenDoes: (what: Order["do"], id: string, again: boolean) => {
      assert.ok(order.do === "run" || order.do === "undo");
      assert.deepEqual([order.do, order.step.id, order.again], [what, id, again]);
    },
    thenNothing: () => assert.deepEqual(order, { do: "nothing" }),
  };
}

const begins = (id: string): RunEvent => ({ type: "StepStarted", step: id });
const succeeds = (id: string): RunEvent => ({
  type: "StepSucceeded",
  step: id,
  output: {},
  durationMs: 5,
});
const fails = (id: string, final = true): RunEvent => ({
  type: "StepFailed",
  step: id,
  error,
  final,
  durationMs: 5,
});
const undoing: RunEvent = { type: "UndoBegan", cause: "failed" };
const resumed: RunEvent = { type: "RunResumed", by: "somebody" };

describe("a run going forward", () => {
  it("starts with the first step that waits for nobody", () =>
    given(plan(step("a"), step("b")), started).thenDoes("run", "a", false));

  it("runs a step after those it depends on", () =>
    given(plan(step("a"), step("b", { dependsOn: ["a"] })), started, begins("a"), succeeds("a")) //
      .thenDoes("run", "b", false));

  it("asks a step that had begun when the process died, instead of running it blindly", () =>
    given(plan(step("a")), started, begins("a"), resumed).thenDoes("run", "a", true));

  it("tries again what may still succeed", () =>
    given(plan(step("a")), started, begins("a"), fails("a", false)).thenDoes("run", "a", true));

  it("has succeeded when every step is over", () =>
    given(plan(step("a")), started, begins("a"), succeeds("a")) //
      .thenWrites({ type: "RunEnded", status: "succeeded" }));

  it("does nothing once it has ended", () =>
    given(plan(), started, { type: "RunEnded", status: "succeeded" }).thenNothing());

  it("blames a step in which the process died again and again", () => {
    const crashes = Array.from({ length: CRASHES_MAX + 1 }, () => [begins("a"), resumed]).flat();
    const { state } = given(plan(step("a")), started, ...crashes);
    const order = decide(state, facts);
    assert.ok(order.do === "write" && order.event.type === "StepFailed" && order.event.final);
  });

  it("does not count a resumption between two steps as a crash of a step", () => {
    const { state } = given(plan(step("a")), started, begins("a"), succeeds("a"), resumed);
    assert.equal(state.steps.get("a")?.forward.crashes, 0);
  });
});

const failing = (onFailure: OnFailure) =>
  plan(step("a", { onFailure }), step("b", { dependsOn: ["a"] }), step("c"));

describe("a step that has failed for good", () => {
  it("stops the run where the plan says so", () =>
    given(failing("stop"), started, begins("a"), fails("a")) //
      .thenWrites({ type: "RunEnded", status: "failed" }));

  it("turns the run back where the plan says so", () =>
    given(failing("undo"), started, begins("a"), fails("a")) //
      .thenWrites(undoing));

  it("is left behind where it does not matter, with the steps that needed it", () =>
    given(failing("continue"), started, begins("a"), fails("a")) //
      .thenWrites({
        type: "StepSkipped",
        step: "b",
        because: "skipped, because step a has failed",
      }));

  it("does not keep the others from running", () =>
    given(failing("continue"), started, begins("a"), fails("a"), {
      type: "StepSkipped",
      step: "b",
      because: "",
    }).thenDoes("run", "c", false));

  it("gets a new chance when a stopped run is resumed", () => {
    const ended: RunEvent = { type: "RunEnded", status: "failed" };
    const { thenDoes, state } = given(
      failing("stop"),
      started,
      begins("a"),
      fails("a"),
      ended,
      resumed,
    );
    thenDoes("run", "a", true);
    assert.equal(state.steps.get("a")?.forward.failures, 0);
  });
});

describe("a run turning back", () => {
  const both = plan(step("a"), step("b"));

  it("undoes the last step first, also one that had failed halfway", () =>
    given(both, started, begins("a"), succeeds("a"), begins("b"), fails("b"), undoing) //
      .thenDoes("undo", "b", false));

  it("leaves alone what was never started", () =>
    given(both, started, begins("a"), fails("a"), undoing).thenDoes("undo", "a", false));

  it("passes over steps that cannot be undone", () =>
    given(
      plan(step("a"), step("b", { action: "one-way" })),
      started,
      begins("a"),
      succeeds("a"),
      begins("b"),
      fails("b"),
      undoing,
    ).thenDoes("undo", "a", false));

  it("is undone when all of it is", () =>
    given(
      both,
      started,
      begins("a"),
      fails("a"),
      undoing,
      { type: "UndoStarted", step: "a" },
      {
        type: "UndoSucceeded",
        step: "a",
      },
    ).thenWrites({ type: "RunEnded", status: "undone" }));

  it("turns back at once when somebody cancels it, and says so at its end", () => {
    const cancel: RunEvent = { type: "CancelRequested", by: "somebody" };
    given(both, started, cancel).thenWrites({ type: "UndoBegan", cause: "cancelled" });
    given(both, started, cancel, { type: "UndoBegan", cause: "cancelled" }) //
      .thenWrites({ type: "RunEnded", status: "cancelled" });
  });

  it("does not turn round again when it is cancelled on the way back", () =>
    given(both, started, begins("a"), fails("a"), undoing, {
      type: "CancelRequested",
      by: "somebody",
    }).thenDoes("undo", "a", false));

  it("ends as failed where an undo has failed for good, and goes on there when resumed", () => {
    const stuck: readonly RunEvent[] = [
      started,
      begins("a"),
      fails("a"),
      undoing,
      { type: "UndoStarted", step: "a" },
      { type: "UndoFailed", step: "a", error, final: true },
    ];
    given(both, ...stuck).thenWrites({ type: "RunEnded", status: "failed" });
    given(both, ...stuck, { type: "RunEnded", status: "failed" }, resumed) //
      .thenDoes("undo", "a", true);
  });
});

describe("the time of a run", () => {
  it("is what was worked, without the time between a crash and its resumption", () => {
    const events: readonly RunEvent[] = [started, begins("a"), resumed, succeeds("a")];
    const elapsed = [0, 400, 0, 50];
    const end = events.reduce<RunState>(
      (before, event, index) =>
        evolve(before, { sequence: index, at: 0, elapsedMs: elapsed[index] ?? 0, event }),
      unstarted(plan(step("a"))),
    );
    assert.equal(end.workedMs, 450);
  });

  it("does not run backwards with a clock that was set back", () => {
    const back = [5_000, 1_000].reduce<RunState>(
      (before, at, index) =>
        evolve(before, { sequence: index, at, elapsedMs: index, event: started }),
      unstarted(plan()),
    );
    assert.equal(back.workedMs, 1);
  });
});
