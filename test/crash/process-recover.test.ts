import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { recoverScenario } from "./process-scenarios.ts";

test(title(recoverScenario), requireTool("strace"), () => crashTest(recoverScenario));
