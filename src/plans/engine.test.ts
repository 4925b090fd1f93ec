import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import * as z from "zod";

import { temporaryFolder } from "../../test/support/folder.ts";
import { waitFor } from "../../test/support/wait.ts";
import { SalvorError } from "../core/errors.ts";
import { systemWorld, type World } from "../core/world.ts";
import { lockStore } from "../state/locks.ts";
import { openState } from "../state/open-state.ts";
import type { RunEvent } from "./events.ts";
import { createEngine } from "./engine.ts";
import { defineStep } from "./define-step.ts";
import type { Plan, PlannedStep, StepContext } from "./types.ts";

const signal = new AbortController().signal;
const asked = { by: "somebody", reason: "a test", confirmed: true };
const parameters = z.strictObject({});
type Context = StepContext<z.output<typeof parameters>>;

/** What a test says that its steps do; by the id of the step. */
interface Behaviour {
  readonly run?: (context: Context, signal: AbortSignal) => Promise<void> | void;
  readonly undo?: (context: Context) => Promise<void> | void;
}

/** Sleeps at once, and remembers for how long; its clock only moves when somebody sleeps. */
function dreamingWorld() {
  const slept: number[] = [];
  let nowMs = 0;
  const world: World = {
    ...systemWorld(),
    elapsed: () => nowMs,
    sleep: async (durationMs, until) => {
      await delay(1, undefined, { signal: until });
      nowMs += durationMs;
      slept.push(durationMs);
    },
  };
  return { world, slept };
}

async function open(behaviours: Readonly<Record<string, Behaviour>>, world = systemWorld()) {
  const folder = await temporaryFolder();
  const state = await openState(folder.join("state"), world);
  const did: string[] = [];
  const events: RunEvent[] = [];
  const act = defineStep({
    name: "act",
    summary: "Does what the test says",
    parameters,
    limits: { attempts: 3, timeoutMs: 2_000 },
    run: async (context, until) => {
      did.push(`run ${context.step}`);
      await behaviours[context.step]?.run?.(context, until);
      return { from: context.step };
    },
    undo: async (context) => {
      did.push(`undo ${context.step}`);
      await behaviours[context.step]?.undo?.(context);
    },
  });
  const makeEngine = () =>
    createEngine({
      state,
      world,
      steps: [act],
      lockStore: (store) => lockStore(state.folder, store, world),
      summarise: (outputs) => ({ outputs: outputs.map((each) => each.output) }),
      onEvent: (_run, entry) => events.push(entry.event),
    });
  return {
    state,
    did,
    events,
    engine: makeEngine(),
    otherEngine: makeEngine(),
    hold: (store: string) => lockStore(state.folder, store, world),
    [Symbol.asyncDispose]: async () => {
      state[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function plan(...steps: readonly (string | (Partial<PlannedStep> & { id: string }))[]): Plan {
  const all = steps.map((each) => (typeof each === "string" ? { id: each } : each));
  const standard = {
    action: "act",
    name: "Act",
    description: "Acts",
    parameters: {},
    estimatedMs: null,
    onFailure: "undo" as const,
  };
  return {
    name: "test",
    subject: ["shop"],
    steps: all.map((each, index) => ({
      ...standard,
      dependsOn: all.slice(0, index).map(({ id }) => id),
      ...each,
    })),
  };
}

const passing = () => new SalvorError("STORE_BUSY", "it is busy", { hint: "wait" });
const broken = () => new SalvorError("STORE_DAMAGED", "it is damaged", { hint: "mend it" });
const throws = (error: () => Error) => ({ run: () => Promise.reject(error()) });

describe("a plan that is carried out", () => {
  it("shows each step, who asked and why, and what the steps have answered", async () => {
    await using test = await open({ b: { run: (context) => context.note("half of it") } });
    const run = await test.engine.start(plan("a", "b"), asked, signal);
    assert.equal(run.status, "succeeded");
    assert.equal(run.progress, 1);
    assert.deepEqual([run.by, run.reason, run.plan], ["somebody", "a test", "test"]);
    assert.deepEqual(run.outputs, [{ from: "a" }, { from: "b" }]);
    assert.deepEqual(run.steps[1]?.notes, ["half of it"]);
    assert.deepEqual(await test.engine.run(run.id), run);
    assert.deepEqual(await test.engine.runs(), [run]);
  });

  it("gives a step the answers of those before it", async () => {
    let seen: unknown = null;
    await using test = await open({ b: { run: ({ outputs }) => void (seen = [...outputs]) } });
    await test.engine.start(plan("a", "b"), asked, signal);
    assert.deepEqual(seen, [["a", { from: "a" }]]);
  });

  it("writes each intent before its effect", async () => {
    await using test = await open({
      a: { run: () => assert.equal(test.events.at(-1)?.type, "StepStarted") },
    });
    assert.equal((await test.engine.start(plan("a"), asked, signal)).status, "succeeded");
  });

  it("is only shown when it is a dry run", async () => {
    await using test = await open({});
    const run = test.engine.dryRun(plan("a"), asked);
    assert.equal(run.status, "planned");
    assert.deepEqual(test.did, []);
    assert.deepEqual(await test.engine.runs(), []);
  });

  it("is refused before anything happens when it is not sound, or nobody wanted it", async () => {
    await using test = await open({});
    const circle = plan({ id: "a", dependsOn: ["b"] }, { id: "b", dependsOn: ["a"] });
    await assert.rejects(test.engine.start(circle, asked, signal), { code: "PLAN_INVALID" });
    const unconfirmed = test.engine.start(plan("a"), { ...asked, confirmed: false }, signal);
    await assert.rejects(unconfirmed, { code: "CONFIRMATION_NEEDED" });
    assert.deepEqual([test.did, await test.engine.runs()], [[], []]);
  });
});

describe("a step that fails", () => {
  it("is tried again after pauses that grow, while that can help", async () => {
    const { world, slept } = dreamingWorld();
    await using test = await open({ a: throws(passing) }, world);
    const run = await test.engine.start(plan("a"), asked, signal);
    assert.equal(run.status, "undone");
    assert.equal(run.steps[0]?.attempts, 3);
    assert.deepEqual(test.did, ["run a", "run a", "run a", "undo a"]);
    assert.deepEqual(
      slept.filter((each) => each >= 500),
      [500, 1_000],
    );
  });

  it("is not tried again when that cannot help, and the error is shown", async () => {
    await using test = await open({ b: throws(broken) });
    const run = await test.engine.start(plan("a", "b", "c"), asked, signal);
    assert.deepEqual(test.did, ["run a", "run b", "undo b", "undo a"]);
    assert.deepEqual(run.steps[1]?.error, {
      code: "STORE_DAMAGED",
      message: "it is damaged",
      hint: "mend it",
    });
    assert.deepEqual(
      run.steps.map((step) => step.status),
      ["undone", "undone", "pending"],
    );
  });

  it("stops the run where the plan says so, and goes on there when it is resumed", async () => {
    let isMended = false;
    const run = () => (isMended ? undefined : Promise.reject(broken()));
    await using test = await open({ b: { run } });
    const stopping = plan("a", { id: "b", onFailure: "stop" });
    const stopped = await test.engine.start(stopping, asked, signal);
    assert.equal(stopped.status, "failed");
    isMended = true;
    const resumed = await test.engine.resume(stopped.id, "somebody", signal);
    assert.equal(resumed.status, "succeeded");
    assert.deepEqual(test.did, ["run a", "run b", "run b"]);
  });

  it("is not gone back to when another run has worked on its store since", async () => {
    await using test = await open({ bad: throws(broken) });
    const failing = plan({ id: "bad", onFailure: "stop" });
    const stopped = await test.engine.start(failing, asked, signal);
    await test.engine.start(plan("a"), asked, signal);
    const late = { code: "REFUSED", message: /worked on the same store since/ };
    await assert.rejects(test.engine.resume(stopped.id, "somebody", signal), late);
    await assert.rejects(test.engine.cancel(stopped.id, "somebody", signal), late);
  });

  it("does not end a run that can go on without it", async () => {
    await using test = await open({ b: throws(broken) });
    const run = await test.engine.start(
      plan("a", { id: "b", onFailure: "continue" }, "c", { id: "d", dependsOn: ["a"] }),
      asked,
      signal,
    );
    assert.equal(run.status, "succeeded");
    const statuses = run.steps.map((step) => step.status);
    assert.deepEqual(statuses, ["succeeded", "failed", "skipped", "succeeded"]);
  });

  it("is asked to end when its time is up", async () => {
    const { world } = dreamingWorld();
    const run = async (_: Context, until: AbortSignal) => {
      await new Promise((_resolve, reject) => {
        until.addEventListener("abort", () => reject(new Error("told to end")));
      });
    };
    await using test = await open({ a: { run } }, world);
    const ended = await test.engine.start(plan("a"), asked, signal);
    assert.equal(ended.steps[0]?.error?.code, "STEP_TIMEOUT");
    assert.equal(ended.steps[0]?.attempts, 3);
  });

  it("leaves the run failed when its undo fails too, and a resumption undoes the rest", async () => {
    let isMended = false;
    const undo = () => (isMended ? undefined : Promise.reject(broken()));
    await using test = await open({ b: { undo }, c: throws(broken) });
    const stuck = await test.engine.start(plan("a", "b", "c"), asked, signal);
    assert.equal(stuck.status, "failed");
    assert.equal(stuck.steps[1]?.error?.message, "it is damaged");
    assert.deepEqual(test.did.slice(-2), ["undo c", "undo b"]);
    isMended = true;
    const resumed = await test.engine.resume(stuck.id, "somebody", signal);
    assert.equal(resumed.status, "undone");
    assert.deepEqual(test.did.slice(-2), ["undo b", "undo a"]);
  });
});

/** A step that waits until it is told to end. */
const endless = async (_: Context, until: AbortSignal): Promise<void> => {
  await delay(600_000, undefined, { signal: until });
};

describe("a run that is interrupted", () => {
  const interrupt = async (test: Awaited<ReturnType<typeof open>>) => {
    const stop = new AbortController();
    const started = test.engine.start(plan("a", "b"), asked, stop.signal);
    await waitFor("step b", () => test.did.includes("run b"));
    stop.abort();
    await assert.rejects(started, { code: "CANCELLED" });
    const [run] = await test.engine.interrupted();
    assert.ok(run);
    return run;
  };

  it("is shown so, keeps others from its store, and is gone on with", async () => {
    let isCalm = false;
    const run = (context: Context, until: AbortSignal) =>
      isCalm ? undefined : endless(context, until);
    await using test = await open({ b: { run } });
    const { id, status } = await interrupt(test);
    assert.equal(status, "interrupted");
    await assert.rejects(test.engine.start(plan("a"), asked, signal), { code: "REFUSED" });
    isCalm = true;
    const [resumed] = await test.engine.resumeFor("shop", "somebody", signal);
    assert.deepEqual([resumed?.id, resumed?.status], [id, "succeeded"]);
    assert.deepEqual(test.did, ["run a", "run b", "run b"]);
  });

  it("leaves runs on other stores alone when one store's are resumed", async () => {
    await using test = await open({ b: { run: endless } });
    const { id } = await interrupt(test);
    assert.deepEqual(await test.engine.resumeFor("other", "somebody", signal), []);
    assert.equal((await test.engine.run(id)).status, "interrupted");
  });

  it("is undone when it is cancelled", async () => {
    await using test = await open({ b: { run: endless } });
    const { id } = await interrupt(test);
    const cancelled = await test.engine.cancel(id, "somebody", signal);
    assert.equal(cancelled.status, "cancelled");
    assert.deepEqual(test.did, ["run a", "run b", "undo b", "undo a"]);
    await assert.rejects(test.engine.cancel(id, "somebody", signal), { code: "REFUSED" });
  });

  it("is worked on by one when two resume it at once; the other is told that it is busy", async () => {
    let release = (): void => {};
    const calm = new Promise<void>((resolve) => (release = resolve));
    let isResumed = false;
    const run = (context: Context, until: AbortSignal) =>
      isResumed ? calm : endless(context, until);
    await using test = await open({ b: { run } });
    const { id } = await interrupt(test);
    isResumed = true;
    const first = test.engine.resume(id, "somebody", signal);
    await waitFor("the first one", () => test.did.length === 3);
    assert.equal((await test.otherEngine.run(id)).status, "running");
    const second = test.otherEngine.resume(id, "somebody", signal);
    await assert.rejects(second, { code: "STORE_BUSY" });
    release();
    assert.equal((await first).status, "succeeded");
    assert.deepEqual(test.did, ["run a", "run b", "run b"]);
  });
});

describe("a run that is alive", () => {
  it("is cancelled from elsewhere: its step is told to end, and what was done is undone", async () => {
    await using test = await open({ b: { run: endless } });
    const started = test.engine.start(plan("a", "b"), asked, signal);
    await waitFor("step b", () => test.did.includes("run b"));
    const [live] = await test.otherEngine.runs();
    assert.ok(live);
    assert.equal(live.status, "running");
    const cancelled = await test.otherEngine.cancel(live.id, "somebody", signal);
    assert.equal(cancelled.status, "cancelled");
    assert.deepEqual(await started, cancelled);
    assert.equal(cancelled.steps[1]?.error?.code, "CANCELLED");
    assert.deepEqual(test.did, ["run a", "run b", "undo b", "undo a"]);
  });

  it("keeps other runs from its store, and not from others", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await using test = await open({ slow: { run: () => held } });
    const started = test.engine.start(plan("slow"), asked, signal);
    await waitFor("the slow step", () => test.did.includes("run slow"));
    await assert.rejects(test.otherEngine.start(plan("a"), asked, signal), { code: "STORE_BUSY" });
    const elsewhere = { ...plan("a"), subject: ["other"] };
    assert.equal((await test.otherEngine.start(elsewhere, asked, signal)).status, "succeeded");
    release();
    assert.equal((await started).status, "succeeded");
  });

  it("can be followed to its end", async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await using test = await open({ b: { run: () => held } });
    const started = test.engine.start(plan("a", "b"), asked, signal);
    await waitFor("step b", () => test.did.includes("run b"));
    const [live] = await test.engine.runs();
    assert.ok(live);
    const seen: string[] = [];
    for await (const run of test.otherEngine.follow(live.id, signal)) {
      seen.push(run.status);
      release();
    }
    await started;
    assert.deepEqual([seen[0], seen.at(-1)], ["running", "succeeded"]);
  });

  it("is refused its store while a command of another kind holds it", async () => {
    await using test = await open({});
    await using _held = await test.hold("shop");
    await assert.rejects(test.engine.start(plan("a"), asked, signal), { code: "STORE_BUSY" });
    assert.deepEqual(await test.engine.runs(), []);
  });
});

it("a run that nobody has started is not found", async () => {
  await using test = await open({});
  await assert.rejects(test.engine.run("run_none"), { code: "NOT_FOUND" });
});
