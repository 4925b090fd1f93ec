import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { backupScenario } from "./process-scenarios.ts";

test(title(backupScenario), requireTool("strace"), () => crashTest(backupScenario));
