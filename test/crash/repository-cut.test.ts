import { test } from "node:test";

import { SEED } from "../support/seed.ts";
import { judgeCrash, recordDeed, statesOf } from "./repository-crash.ts";
import { cases, judgeCase } from "./repository-test.ts";

// Goal: whatever a power cut interrupts, no promise is broken.
// Method: do it on a disk that writes everything down, cut it anywhere, lose what may be lost, open
// what is left. Here some cuts drawn by seed; `npm run soak` takes every one.

const STATES = 10;

for (const each of cases) {
  test(`a power cut breaks no promise: ${each.title}`, () =>
    judgeCase(each, async (stage, judged) => {
      const { recording, promised } = await recordDeed(stage);
      for (const state of statesOf(recording, { seed: SEED, states: STATES }))
        await judged(judgeCrash(stage, promised, state));
    }));
}
