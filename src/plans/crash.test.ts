import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { test } from "node:test";

import { fileEngine, filePlan, linesOf, mortal } from "../../test/crash/file-plan.ts";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/folder.ts";
import { runProcess } from "../../test/support/processes.ts";
import { systemWorld } from "../core/world.ts";
import { openState } from "../state/open-state.ts";

const program = new URL("../../test/crash/plan-process.ts", import.meta.url).pathname;
const { signal } = new AbortController();

type Kind = "whole" | "broken" | "resume";

/** Runs the plan in a process of its own, which kills itself at one point. */
async function killAt(folder: TemporaryFolder, kind: Kind, at: number): Promise<boolean> {
  const args = [program, folder.join("state"), folder.join("data"), kind, String(at)];
  const result = await runProcess(process.execPath, args);
  assert.ok(result.signal === "SIGKILL" || result.status === 0, result.stderr);
  return result.signal === "SIGKILL";
}

/** Ends what the killed processes left, and tells what the last run came to. */
async function end(folder: TemporaryFolder) {
  using state = await openState(folder.join("state"), systemWorld());
  const engine = fileEngine(state, () => {});
  await engine.resumeFor("shop", "test", signal);
  assert.deepEqual(await engine.interrupted(), []);
  return (await engine.runs())[0] ?? null;
}

function assertDone(folder: TemporaryFolder): void {
  assert.deepEqual(linesOf(folder.join("data")), ["s0", "s2"]);
  assert.equal(foldersMade(folder), 1);
}

function assertUntouched(folder: TemporaryFolder): void {
  assert.deepEqual(linesOf(folder.join("data")), []);
  assert.equal(foldersMade(folder), 0);
}

function foldersMade(folder: TemporaryFolder): number {
  return readdirSync(folder.join("data")).filter((name) => name.startsWith("made_")).length;
}

function assertEnded(folder: TemporaryFolder, kind: Kind, status: string | null): void {
  if (status !== null) assert.equal(status, kind === "whole" ? "succeeded" : "undone");
  if (status === "succeeded") assertDone(folder);
  else assertUntouched(folder);
}

/** Runs the plan in this process and dies at one point, as far as that can be had: nothing works. */
async function dieAt(folder: TemporaryFolder, kind: Kind, at: number): Promise<boolean> {
  using state = await openState(folder.join("state"), systemWorld());
  let points = 0;
  const point = (): void => {
    points += 1;
    if (points >= at) throw new Error("dead");
  };
  const engine = fileEngine(mortal(state, point), point);
  const plan = filePlan(folder.join("data"), kind === "broken");
  const work =
    kind === "resume"
      ? engine.resumeAll("test", signal)
      : engine.start(plan, { by: "test", reason: null, confirmed: true }, signal);
  try {
    await work;
    return false;
  } catch (error) {
    assert.match(String(error), /dead/);
    return true;
  }
}

type Death = (folder: TemporaryFolder, kind: Kind, at: number) => Promise<boolean>;

// Goal: a plan that is killed at any instant ends as if it never had been.
// Method: it dies at its n-th point (a commit of the journal, an effect), for n = 1, 2, 3 … until it
// comes through; every second time its resumption dies too. Then the next command ends it.
async function dieEverywhere(kind: "whole" | "broken", die: Death, stride: number) {
  for (let at = 1; ; at += stride) {
    await using folder = await temporaryFolder();
    await mkdir(folder.join("data"));
    const dead = await die(folder, kind, at);
    if (dead && at % 2 === 0) await die(folder, "resume", (at % 11) + 1);
    const ended = await end(folder);
    assertEnded(folder, kind, ended?.status ?? null);
    if (!dead) return at;
  }
}

// Real processes take a while to start: all points in a soak, some of them here.
const STRIDE = process.env["SOAK"] === "1" ? 1 : 13;

test("a plan that dies anywhere is finished by the next command, each effect once", async () => {
  const points = await dieEverywhere("whole", dieAt, 1);
  assert.ok(points > 20, `only ${points} places to die were tried`);
});

test("a plan that dies anywhere while it fails and turns back leaves nothing", async () => {
  const points = await dieEverywhere("broken", dieAt, 1);
  assert.ok(points > 30, `only ${points} places to die were tried`);
});

test("the process of a plan is killed, and the next one finishes the plan", async () => {
  await dieEverywhere("whole", killAt, STRIDE);
});

test("the process of a failing plan is killed, and the next one undoes the plan", async () => {
  await dieEverywhere("broken", killAt, STRIDE);
});
