import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { assertLikeEngine } from "../../../../test/zoo/referee.ts";
import { SPECIMENS } from "../../../../test/zoo/specimens.ts";
import { buildZoo } from "../../../../test/zoo/zoo.ts";

// Goal: we read exactly what the engine reads: rows to the last bit, columns, keys, references.
// Method: every database of the zoo, every table; the engine's rows and pragmas are the referee.

const folder = mkdtempSync(join(tmpdir(), "salvor-zoo-"));
const chinook = new URL("../../../../test/data/chinook.sqlite", import.meta.url).pathname;

before(() => buildZoo(folder));
after(() => rmSync(folder, { recursive: true }));

describe("we read what the engine reads", () => {
  for (const { name } of SPECIMENS)
    it(`of ${name}`, () => assertLikeEngine(join(folder, `${name}.sqlite`)));
  it("of Chinook", () => assertLikeEngine(chinook));
});
