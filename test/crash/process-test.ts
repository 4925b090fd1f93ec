import assert from "node:assert/strict";

import { SEED } from "../support/seed.ts";
import { campaign } from "./process-campaign.ts";
import type { Scenario } from "./process-scenarios.ts";

/** Names the seed, so that a failure can be done again. */
export function title(scenario: Scenario): string {
  return `${scenario.name} may be broken anywhere and nothing is lost (SEED=${SEED})`;
}

/**
 * Breaks the real command at two system calls drawn by seed and kills it at a random time.
 * Every point is broken by `npm run soak`.
 */
export async function crashTest(scenario: Scenario): Promise<void> {
  const outcome = await campaign(scenario, { points: 2, kills: 1, seed: SEED, jobs: 2 });
  assert.deepEqual(outcome.failures, []);
  const most = Math.ceil(outcome.tried / 2);
  assert.ok(outcome.hits >= most, `of ${outcome.tried} only ${outcome.hits} broke anything`);
}
