import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { crashTest, title } from "./process-test.ts";
import { rebuildByRenameScenario } from "./rebuild-scenarios.ts";

test(title(rebuildByRenameScenario), requireTool("strace"), () =>
  crashTest(rebuildByRenameScenario),
);
