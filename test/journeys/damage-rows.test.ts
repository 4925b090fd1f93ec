import { test } from "node:test";

import { rowDamages } from "../damage/rows.ts";
import { assertPromises, drawTrials } from "../damage/draw.ts";
import { SEED } from "../support/seed.ts";

// Goal: whatever happens to its rows and tables, through the engine is seen, or changes nothing that counts; and full-recovery
// ends with an equal proof or with declared losses, never with a wrong "sound".
// Method: damage drawn by seed; afterwards the engine is asked, in a process that has no Salvor.
// The whole matrix is tried by `npm run soak -- --only "damage matrix"`.

test(`damage to its rows and tables, through the engine (SEED=${SEED})`, () =>
  assertPromises(drawTrials(rowDamages, 4)));
