import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryFolder } from "../support/folder.ts";
import { expectSalvor } from "../support/salvor.ts";
import { requireTool } from "../support/tools.ts";
import { LIVE } from "./process-scenarios.ts";
import { crashTest, title } from "./process-test.ts";
import { putBackScenario } from "./put-back-scenario.ts";
import { storeContent } from "./store-content.ts";

test("recover puts rows and a table back when nothing disturbs it", async () => {
  await using folder = await temporaryFolder();
  const { after } = await putBackScenario.prepare(folder.path);
  await expectSalvor(0, putBackScenario.args, { cwd: folder.path });
  assert.equal(await storeContent(join(folder.path, LIVE)), after);
});

test(title(putBackScenario), requireTool("strace"), () => crashTest(putBackScenario));
