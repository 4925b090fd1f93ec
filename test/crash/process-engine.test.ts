import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { engineScenario } from "./process-scenarios.ts";

test(title(engineScenario), requireTool("strace"), () => crashTest(engineScenario));
