import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { pruneScenario } from "./process-scenarios.ts";

test(title(pruneScenario), requireTool("strace"), () => crashTest(pruneScenario));
