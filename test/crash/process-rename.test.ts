import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { renameScenario } from "./process-scenarios.ts";

test(title(renameScenario), requireTool("strace"), () => crashTest(renameScenario));
