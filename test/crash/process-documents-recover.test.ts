import assert from "node:assert/strict";
import { test } from "node:test";

import { temporaryFolder } from "../support/folder.ts";
import { expectSalvor } from "../support/salvor.ts";
import { requireTool } from "../support/tools.ts";
import { mendScenario } from "./mend-scenario.ts";
import { crashTest, title } from "./process-test.ts";

test("recover mends documents when nothing disturbs it", async () => {
  await using folder = await temporaryFolder();
  const { after } = await mendScenario.prepare(folder.path);
  await expectSalvor(0, mendScenario.args, { cwd: folder.path });
  assert.equal(await mendScenario.subject?.contentOf(folder.join("documents")), after);
});

test(title(mendScenario), requireTool("strace"), () => crashTest(mendScenario));
