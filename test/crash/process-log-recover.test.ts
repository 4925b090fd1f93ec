import assert from "node:assert/strict";
import { test } from "node:test";

import { temporaryFolder } from "../support/folder.ts";
import { expectSalvor } from "../support/salvor.ts";
import { requireTool } from "../support/tools.ts";
import { logRecoverScenario } from "./log-scenario.ts";
import { crashTest, title } from "./process-test.ts";

test("a log comes back when nothing disturbs it (recover)", async () => {
  await using folder = await temporaryFolder();
  const { after } = await logRecoverScenario.prepare(folder.path);
  await expectSalvor(0, logRecoverScenario.args, { cwd: folder.path });
  assert.equal(await logRecoverScenario.subject?.contentOf(folder.join("log")), after);
});

test(title(logRecoverScenario), requireTool("strace"), () => crashTest(logRecoverScenario));
