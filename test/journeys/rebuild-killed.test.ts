import assert from "node:assert/strict";
import { existsSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { it } from "node:test";

import type { RebuildDocument } from "../../src/app/projection-documents.ts";
import { seededRandom } from "../support/random.ts";
import { SEED } from "../support/seed.ts";
import { waitFor } from "../support/wait.ts";
import { LINES, manyLines, openRegistry, replay, type Registry } from "./registry-site.ts";

// Goal: killed at any moment, a rebuild leaves the live state whole, and the next one ends as if
// nothing had happened. Whoever reads meanwhile sees the old state or the new one.
// Method: the real program, whose whole group is killed; hundreds of times by `npm run soak`.

const MANY = manyLines(8);
const OLD = LINES.slice(0, 500);

it(`killed at random moments, it goes on and ends the same (SEED=${SEED})`, async () => {
  await using registry = await openRegistry();
  const random = seededRandom(SEED);
  const wanted = replay(MANY);
  const old = replay(OLD);
  registry.write(MANY);
  const began = performance.now();
  const undisturbed = await rebuild(registry);
  const tookMs = performance.now() - began;
  rmSync(registry.state);
  registry.write(OLD);
  await rebuild(registry);
  registry.write(MANY);
  for (let kills = 0; kills < 4; kills++) {
    const args = kills === 2 ? ["resume"] : ["rebuild", "registry", "--batch-size", "500"];
    const running = registry.site.start(args);
    await delay(random.below(tookMs));
    running.killGroup();
    await running.finished;
    const now = registry.rows();
    assert.ok(isSame(now, old) || isSame(now, wanted), "the live state is a half");
  }
  // It finds whatever was left: a draft, a run half done, or nothing.
  const built = await rebuild(registry);
  assert.equal(built.digest, undisturbed.digest);
  assert.deepEqual([built.events, built.applied], [MANY.length, MANY.length]);
  assert.deepEqual(registry.rows(), wanted);
  assert.deepEqual(registry.left(), []);
});

/** More than a transaction or two leave in the log of a draft. */
const SOME_BYTES = 200_000;

it("tells from which event a new process goes on, and one by one", async () => {
  await using registry = await openRegistry();
  registry.write(MANY);
  const running = registry.site.start(["rebuild", "--batch-size", "100"]);
  const draft = registry.site.join("state", ".registry.sqlite.salvor-rebuild");
  const wal = `${draft}-wal`;
  await waitFor("some transactions", () => existsSync(wal) && statSync(wal).size > SOME_BYTES);
  process.kill(-running.pid, "SIGSTOP"); // so that it cannot come to its end meanwhile
  const { stderr: refused } = await registry.site.expect(5, ["rebuild"]);
  assert.match(refused, /projection "registry" is in use by process \d+/);
  running.killGroup();
  await running.finished;
  const { stderr } = await registry.site.expect(0, ["rebuild"]);
  assert.match(stderr, /registry: going on from event [\d,]+\./);
  assert.deepEqual(registry.rows(), replay(MANY));
});

it("ends with what the log has now, also when it was killed with an older state built", async () => {
  await using registry = await openRegistry();
  registry.write(OLD);
  const running = registry.site.start(["rebuild"]);
  let said = "";
  running.child.stderr?.on("data", (bytes: Buffer) => (said += bytes.toString()));
  await waitFor("the state to be built", () => said.includes("registry.quarantine"));
  running.killGroup();
  await running.finished;
  registry.write(LINES);
  const { applied } = await rebuild(registry);
  assert.equal(applied, LINES.length);
  assert.deepEqual(registry.rows(), replay(LINES));
});

it("shows readers the old state or the new one, and never a half", async () => {
  await using registry = await openRegistry();
  registry.write(OLD);
  await rebuild(registry);
  registry.write(MANY);
  const [old, wanted] = [replay(OLD).length, replay(MANY).length];
  using reader = new DatabaseSync(registry.state, { readOnly: true, timeout: 10_000 });
  const count = reader.prepare("SELECT count(*) AS n FROM files");
  const running = registry.site.start(["rebuild"]);
  const seen = new Set<unknown>();
  while (running.child.exitCode === null) {
    seen.add(count.get()?.["n"]);
    await delay(1);
  }
  const { status, stderr } = await running.finished;
  assert.equal(status, 0, stderr);
  seen.add(count.get()?.["n"]);
  assert.deepEqual(seen, new Set([old, wanted]), "the same connection saw both");
});

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((row, at) => row === b[at]);
}

async function rebuild({ site }: Registry): Promise<RebuildDocument> {
  const { stdout } = await site.expect(0, ["rebuild", "registry", "--json"]);
  return JSON.parse(stdout) as RebuildDocument;
}
