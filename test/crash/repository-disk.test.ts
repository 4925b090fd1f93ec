import { test } from "node:test";

import { SEED } from "../support/seed.ts";
import { countOperations, judgeFailure, waysToFail } from "./repository-crash.ts";
import { cases, judgeCase } from "./repository-test.ts";

// Goal: a disk that fails or is full costs the work at hand, and nothing else.
// Method: fail one operation, or all that need room from there on, and look at what is left.

const STEP = 16;

for (const each of cases) {
  test(`a failing disk breaks no promise: ${each.title}`, () =>
    judgeCase(each, async (stage, judged) => {
      const count = await countOperations(stage);
      for (let at = SEED % STEP; at < count; at += STEP)
        for (const rule of waysToFail(at)) await judged(judgeFailure(stage, rule));
    }));
}
