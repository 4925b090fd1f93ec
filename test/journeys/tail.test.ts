import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { it } from "node:test";

import { waitFor } from "../support/wait.ts";
import type { RunningProcess } from "../support/processes.ts";
import { LINES, newEvent, openRegistry, replay, type Registry } from "./registry-site.ts";

// Goal: what is appended to a log is in the state soon, whatever happens to either of them meanwhile.
// Method: the real program follows a log; events are appended, the state is rebuilt and taken away.

const START = LINES.slice(0, 1000);

it("builds the state when there is none, applies what comes, and ends well", async () => {
  await using registry = await openRegistry();
  registry.write(START);
  const running = await following(registry, 1000);
  const again = await registry.site.run(["tail", "registry"]);
  assert.equal(again.status, 5);
  assert.match(again.stderr, /the tail of projection "registry" is in use by process/);
  for (const end of [1001, 1500, LINES.length]) {
    registry.append(LINES.slice(end === 1001 ? 1000 : end === 1500 ? 1001 : 1500, end));
    await shows(registry, replay(LINES.slice(0, end)));
  }
  process.kill(running.pid, "SIGINT");
  const { status, stderr, stdout } = await running.finished;
  assert.equal(status, 0, stderr);
  assert.match(stdout, /registry: 1,229 applied, 0 duplicates, 0 damaged/);
  await registry.site.expect(0, ["verify-state"]);
});

it("goes on beside a rebuild, and after the state was taken away", async () => {
  await using registry = await openRegistry();
  registry.write(START);
  const running = await following(registry, 1000);
  const rebuilding = registry.site.start(["rebuild"]);
  registry.append(LINES.slice(1000, 1200));
  const rebuilt = await rebuilding.finished;
  assert.equal(rebuilt.status, 0, rebuilt.stderr);
  registry.append(LINES.slice(1200, 1400));
  await shows(registry, replay(LINES.slice(0, 1400)));
  for (const ending of ["", "-wal", "-shm", "-journal"]) {
    rmSync(registry.state + ending, { force: true });
  }
  registry.append(LINES.slice(1400));
  await shows(registry, replay(LINES));
  // What the state was built of ended there: this one is followed.
  const newer = newEvent(LINES.length + 1);
  registry.append([newer]);
  await shows(registry, replay([...LINES, newer]));
  process.kill(running.pid, "SIGTERM");
  assert.equal((await running.finished).status, 0);
});

it("is verified, and rebuilt, while events come all the time", async () => {
  await using registry = await openRegistry();
  registry.write(START);
  const running = await following(registry, 1000);
  let number = 1000;
  const writing = setInterval(() => registry.append([newEvent((number += 1))]), 5);
  try {
    await registry.site.expect(0, ["verify-state"]);
    await registry.site.expect(0, ["rebuild"]);
    await registry.site.expect(0, ["verify-state"]);
  } finally {
    clearInterval(writing);
  }
  const all = Array.from({ length: number - 1000 }, (_, at) => newEvent(1001 + at));
  await shows(registry, replay([...START, ...all]));
  process.kill(running.pid, "SIGINT");
  assert.equal((await running.finished).status, 0);
});

it("ends at damage, or goes on and says so", async () => {
  await using registry = await openRegistry();
  registry.write(START);
  const stopping = await following(registry, 1000);
  registry.append(["{ no event", newEvent(1001)]);
  const { status, stderr } = await stopping.finished;
  assert.equal(status, 4, stderr);
  assert.match(stderr, /history\.jsonl/);
  const skipping = registry.site.start(["tail", "registry", "--on-damaged", "skip"]);
  await shows(registry, replay([...START, newEvent(1001)]));
  process.kill(skipping.pid, "SIGINT");
  assert.equal((await skipping.finished).status, 6);
});

it("is a method of the library that ends with its signal", async () => {
  await using registry = await openRegistry();
  registry.write(START);
  await using salvor = await registry.site.open();
  const stop = new AbortController();
  const told: number[] = [];
  const onApplied = ({ applied }: { applied: number }): number => told.push(applied);
  const tail = salvor.tail({ projection: "registry", onApplied }, stop.signal);
  await shows(registry, replay(START));
  await delay(500);
  registry.append(LINES.slice(1000));
  await shows(registry, replay(LINES));
  stop.abort();
  const { applied, corrupted } = await tail;
  assert.deepEqual([applied, corrupted], [LINES.length - 1000, 0]);
  assert.ok(told.length > 0);
});

/** A tail that has built the state of the first events, and follows. */
async function following(registry: Registry, events: number): Promise<RunningProcess> {
  const running = registry.site.start(["tail", "registry"]);
  await shows(registry, replay(LINES.slice(0, events)));
  await waitFor("the tail", () => existsSync(registry.site.join(".salvor", "locks")));
  return running;
}

/** Waits until the state has these rows. */
async function shows(registry: Registry, wanted: readonly string[]): Promise<void> {
  await waitFor(`${wanted.length} rows`, () => isShown(registry, wanted), 30_000);
  assert.deepEqual(registry.rows(), wanted);
}

function isShown(registry: Registry, wanted: readonly string[]): boolean {
  try {
    const rows = registry.rows();
    return rows.length === wanted.length && rows.every((row, at) => row === wanted[at]);
  } catch {
    return false; // it is not there yet, or is just being exchanged
  }
}
