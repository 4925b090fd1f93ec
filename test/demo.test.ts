import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryFolder } from "./support/folder.ts";
import { runProcess, type ProcessResult } from "./support/processes.ts";
import { cleanEnvironment, NODE, PROJECT } from "./support/salvor.ts";

test("the demo keeps its promises, also where it was played before", async () => {
  await using folder = await temporaryFolder();
  const scratch = folder.join("scratch", "demo");
  mkdirSync(scratch, { recursive: true });
  for (const name of [".made-by-salvor-demo", "left-over"]) writeFileSync(join(scratch, name), "");
  const { status, stdout, stderr } = await demo(folder.path);
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(stdout, /from broken to proven in \d+\.\d seconds/);
  assert.ok(!stdout.includes("\u001B"), "no colours where nobody asked for them");
  assert.equal(existsSync(join(scratch, "left-over")), false);
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
