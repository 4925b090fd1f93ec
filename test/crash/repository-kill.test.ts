import { test } from "node:test";

import { SEED } from "../support/seed.ts";
import { countOperations, judgeKill } from "./repository-crash.ts";
import { cases, judgeCase } from "./repository-test.ts";

// Goal: what a killed process left unsynced is never what the next one's promise rests on.
// Method: kill it at one operation, let another process back up, and then cut the power.

const STEP = 16;

for (const each of cases) {
  test(`a kill, and a power cut later, break no promise: ${each.title}`, () =>
    judgeCase(each, async (stage, judged) => {
      const count = await countOperations(stage);
      for (let at = SEED % STEP; at < count; at += STEP)
        await judged(judgeKill(stage, at, { seed: SEED, samples: 1 }));
    }));
}
