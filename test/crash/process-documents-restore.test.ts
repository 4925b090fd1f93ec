import { test } from "node:test";

import { requireTool } from "../support/tools.ts";
import { documentsRestoreScenario } from "./mend-scenario.ts";
import { crashTest, title } from "./process-test.ts";

test(title(documentsRestoreScenario), requireTool("strace"), () =>
  crashTest(documentsRestoreScenario),
);
