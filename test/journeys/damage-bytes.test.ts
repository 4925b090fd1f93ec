import { test } from "node:test";

import { bytesDamages } from "../damage/bytes.ts";
import { assertPromises, drawTrials } from "../damage/draw.ts";
import { SEED } from "../support/seed.ts";

// Goal: whatever happens to the bytes of a database is seen, or changes nothing that counts; and full-recovery
// ends with an equal proof or with declared losses, never with a wrong "sound".
// Method: damage drawn by seed; afterwards the engine is asked, in a process that has no Salvor.
// The whole matrix is tried by `npm run soak -- --only "damage matrix"`.

test(`damage to the bytes of a database (SEED=${SEED})`, () =>
  assertPromises(drawTrials(bytesDamages, 5)));
