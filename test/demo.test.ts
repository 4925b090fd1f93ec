import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryFolder } from "./support/folder.ts";
import { runProcess, type ProcessResult } from "./support/processes.ts";
import { cleanEnvironment, NODE, PROJECT } from "./support/salvor.ts";

test("the demo keeps its promises, and can be played again in the same place", async () => {
  await using folder = await temporaryFolder();
  for (const round of [1, 2]) {
    const { status, stdout, stderr } = await demo(folder.path);
    assert.equal(status, 0, `round ${round}:\n${stdout}${stderr}`);
    assert.match(stdout, /from broken to proven in \d+\.\d seconds/);
    assert.ok(!stdout.includes("\u001B"), "no colours where nobody asked for them");
  }
});

test("the demo empties no folder that it did not make", async () => {
  await using folder = await temporaryFolder();
  mkdirSync(folder.join("scratch", "demo"), { recursive: true });
  writeFileSync(folder.join("scratch", "demo", "precious"), "mine");
  const { status, stdout } = await demo(folder.path);
  assert.equal(status, 1);
  assert.match(stdout, /was not made by this demo/);
});

function demo(cwd: string): Promise<ProcessResult> {
  const program = join(PROJECT, "demo", "main.ts");
  return runProcess(NODE, [program], { cwd, env: cleanEnvironment() });
}
