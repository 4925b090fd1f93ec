import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import fc from "fast-check";

import { buildRandom, randomDatabase } from "../../../../test/zoo/random-database.ts";
import { assertLikeEngine } from "../../../../test/zoo/referee.ts";

const folder = mkdtempSync(join(tmpdir(), "salvor-random-"));
after(() => rmSync(folder, { recursive: true }));

// Goal and method as in zoo.test.ts, with schemas and values by chance.
test("we read what the engine reads, whatever the schema and the values", () => {
  const path = join(folder, "random.sqlite");
  fc.assert(
    fc.property(randomDatabase, (random) => {
      buildRandom(path, random);
      assertLikeEngine(path);
    }),
    { numRuns: 150 },
  );
});
