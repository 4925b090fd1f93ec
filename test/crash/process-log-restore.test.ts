import assert from "node:assert/strict";
import { test } from "node:test";

import { temporaryFolder } from "../support/folder.ts";
import { expectSalvor } from "../support/salvor.ts";
import { requireTool } from "../support/tools.ts";
import { logRestoreScenario } from "./log-scenario.ts";
import { crashTest, title } from "./process-test.ts";

test("a log comes back when nothing disturbs it (restore)", async () => {
  await using folder = await temporaryFolder();
  const { after } = await logRestoreScenario.prepare(folder.path);
  await expectSalvor(6, logRestoreScenario.args, { cwd: folder.path });
  assert.equal(await logRestoreScenario.subject?.contentOf(folder.join("log")), after);
});

test(title(logRestoreScenario), requireTool("strace"), () => crashTest(logRestoreScenario));
