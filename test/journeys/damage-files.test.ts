import { test } from "node:test";

import { fileDamages } from "../damage/files.ts";
import { assertPromises, drawTrials } from "../damage/draw.ts";
import { SEED } from "../support/seed.ts";

// Goal: whatever happens to a database file as a whole is seen, or changes nothing that counts; and full-recovery
// ends with an equal proof or with declared losses, never with a wrong "sound".
// Method: damage drawn by seed; afterwards the engine is asked, in a process that has no Salvor.
// The whole matrix is tried by `npm run soak -- --only "damage matrix"`.

test(`damage to a database file as a whole (SEED=${SEED})`, () =>
  assertPromises(drawTrials(fileDamages, 4)));
