import assert from "node:assert/strict";

import fc from "fast-check";

import { SEED } from "../support/seed.ts";
import { tryOut } from "./trial.ts";
import { fieldsOf } from "./kinds.ts";
import type { Trial } from "./stand.ts";
import type { Damage } from "./types.ts";

/** Trials of these kinds of damage, drawn by the day's seed: some situations, some places. */
export function drawTrials(kinds: readonly Damage[], count: number): readonly Trial[] {
  const arbitrary = fc.record({
    field: fc.constantFrom(...fieldsOf(kinds)),
    seed: fc.nat(1_000_000),
  });
  const drawn = fc.sample(arbitrary, { seed: SEED, numRuns: count });
  return drawn.map(({ field, seed }) => ({ ...field, seed }));
}

/** Tries them out, and fails with every promise that does not hold. */
export async function assertPromises(trials: readonly Trial[]): Promise<void> {
  const verdicts = await tryOut(trials);
  assert.equal(verdicts.length, trials.length);
  const faults = verdicts.flatMap(({ name, codes, faults: each }) =>
    each.map((fault) => `${name}: ${fault}\n  found: ${[...new Set(codes)].join(", ")}`),
  );
  assert.deepEqual(faults, [], faults.join("\n\n"));
}
