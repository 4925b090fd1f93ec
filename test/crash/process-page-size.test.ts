import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { pageSizeScenario } from "./process-scenarios.ts";

test(title(pageSizeScenario), requireTool("strace"), () => crashTest(pageSizeScenario));
