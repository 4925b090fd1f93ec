import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { treeFilesScenario } from "./process-scenarios.ts";

test(title(treeFilesScenario), requireTool("strace"), () => crashTest(treeFilesScenario));
