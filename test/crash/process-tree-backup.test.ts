import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { treeBackupScenario } from "./process-scenarios.ts";

test(title(treeBackupScenario), requireTool("strace"), () => crashTest(treeBackupScenario));
