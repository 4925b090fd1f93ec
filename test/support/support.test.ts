import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { temporaryFolder } from "./folder.ts";
import { runProcess, startProcess } from "./processes.ts";
import { seededRandom } from "./random.ts";
import { NODE } from "./salvor.ts";
import { isInstalled, requireTool } from "./tools.ts";
import { waitFor } from "./wait.ts";

test("a temporary folder is gone when it is disposed", async () => {
  let path = "";
  {
    await using folder = await temporaryFolder();
    path = folder.path;
    assert.equal(existsSync(path), true);
  }
  assert.equal(existsSync(path), false);
});

test("a process reports status, streams and JSON, and reads what it is given", async () => {
  const script =
    "process.stdin.pipe(process.stdout); process.stderr.write('told'); process.exitCode = 3";
  const result = await runProcess(NODE, ["-e", script], { stdin: '{"a":1}' });
  assert.equal(result.status, 3);
  assert.equal(result.stderr, "told");
  assert.deepEqual(result.json(), { a: 1 });
});

test("a process that hangs is killed with its children when its time is up", async () => {
  const script = "require('child_process').spawn('sleep', ['600'], { stdio: 'inherit' })";
  const result = await runProcess(NODE, ["-e", script], { timeoutMs: 500 });
  assert.equal(result.signal, "SIGKILL");
});

test("a process group ends as a whole", async () => {
  const running = startProcess("sh", ["-c", "sleep 600 & echo ready; wait"]);
  running.killGroup();
  assert.equal((await running.finished).signal, "SIGKILL");
});

test("one seed always gives the same numbers", () => {
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test("a missing tool skips a test with its name as the reason, and fails it in CI", () => {
  const ask = (): string => String(requireTool("no-such-program").skip);
  if ("CI" in process.env) assert.throws(ask, /no-such-program/);
  else assert.match(ask(), /no-such-program/);
  assert.equal(isInstalled("sh"), true);
});

test("waiting gives up and says for what", async () => {
  await assert.rejects(
    waitFor("the end of time", () => false, 20),
    /the end of time/,
  );
  assert.equal(await waitFor("an answer", () => 42), 42);
});

function draw(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 5 }, () => random.below(1000));
}
