import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";

import { decodedEntries } from "../../../../test/zoo/decoded-entries.ts";
import { engineEntries } from "../../../../test/zoo/engine-rows.ts";
import { SPECIMENS } from "../../../../test/zoo/specimens.ts";
import { buildZoo } from "../../../../test/zoo/zoo.ts";
import { sha256Hex } from "../../../core/hash.ts";

import { openTables } from "./open-tables.ts";

// Goal: our decoder shows exactly the rows that the engine shows, storage class and bytes.
// Method: every database of the zoo, every table; the engine is the referee.

const folder = mkdtempSync(join(tmpdir(), "salvor-zoo-"));
const chinook = new URL("../../../../test/data/chinook.sqlite", import.meta.url).pathname;

before(() => buildZoo(folder));
after(() => rmSync(folder, { recursive: true }));

describe("the decoder shows what the engine shows", () => {
  for (const { name } of SPECIMENS) it(`of ${name}`, () => compare(join(folder, `${name}.sqlite`)));
  it("of Chinook", () => compare(chinook));
});

function compare(path: string): void {
  const bytes = sha256Hex(readFileSync(path));
  using reader = openTables(path);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const names = database
      .prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rowid",
      )
      .all()
      .map((row) => row["name"]);
    assert.deepEqual(
      reader.tables.map(({ collection }) => collection.name),
      names,
    );
    for (const table of reader.tables) {
      const entries = decodedEntries(reader, table);
      if (table.isOrdered) assert.deepEqual(entries, entries.toSorted());
      assert.deepEqual(
        entries.toSorted(),
        engineEntries(database, table),
        `table ${table.collection.name}`,
      );
    }
  } finally {
    database.close();
  }
  assert.equal(sha256Hex(readFileSync(path)), bytes);
}
