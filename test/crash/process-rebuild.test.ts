import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { rebuildScenario } from "./rebuild-scenarios.ts";

test(title(rebuildScenario), requireTool("strace"), () => crashTest(rebuildScenario));
