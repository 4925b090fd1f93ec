import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { treeRecoverScenario } from "./process-scenarios.ts";

test(title(treeRecoverScenario), requireTool("strace"), () => crashTest(treeRecoverScenario));
