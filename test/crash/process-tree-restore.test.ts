import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { treeRestoreScenario } from "./process-scenarios.ts";

test(title(treeRestoreScenario), requireTool("strace"), () => crashTest(treeRestoreScenario));
