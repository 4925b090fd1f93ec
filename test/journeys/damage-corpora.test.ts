import assert from "node:assert/strict";
import { test } from "node:test";

import { brokenSamples, forensicSamples, type Sample } from "../damage/corpora.ts";
import { lookAtSamples } from "../damage/look-at-samples.ts";
import { SEED } from "../support/seed.ts";

// Goal: databases that others have broken, or made strange, are looked at to the end: no crash, no
// hang, no byte changed, nothing called sound that the engine finds broken, and no damage made up.
// Method: another part each day; all of them by `npm run soak -- --only foreign`.

const PARTS = 8;

test(`databases that SQLite's own tests have broken (SEED=${SEED})`, async () => {
  const verdicts = await lookAtSamples(partOf(brokenSamples));
  assert.ok(verdicts.some(({ codes }) => codes.length > 0));
});

test(`strange databases without any damage (SEED=${SEED})`, async () => {
  for (const { name, codes, engine } of await lookAtSamples(partOf(forensicSamples))) {
    assert.deepEqual(engine, [], name);
    assert.deepEqual(codes, [], name);
  }
});

function partOf(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter((_, at) => (at + SEED) % PARTS === 0);
}
