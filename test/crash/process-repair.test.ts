import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { repairScenario } from "./process-scenarios.ts";

test(title(repairScenario), requireTool("strace"), () => crashTest(repairScenario));
