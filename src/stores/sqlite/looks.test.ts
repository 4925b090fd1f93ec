import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { sqliteBench } from "../../../test/support/sqlite-bench.ts";
import { SPECIMENS } from "../../../test/zoo/specimens.ts";
import { buildZoo } from "../../../test/zoo/zoo.ts";
import { openTables } from "./format/open-tables.ts";

// Goal: what SQLite itself has made is never called damaged, and is counted right.
// Method: each database of the zoo is held once; audit and integrity look at it.

const bench = await sqliteBench();
const zoo = new Map((await buildZoo(bench.folder)).map(({ name, path }) => [name, path]));
after(() => bench[Symbol.asyncDispose]());

/** What is true of databases that are sound, and still worth a word. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  empty: ["sqlite.file.empty"],
  references: ["sqlite.reference.orphan", "sqlite.reference.mismatch", "sqlite.reference.orphan"],
};

describe("audit and integrity tell nothing but the truth", () => {
  for (const { name } of SPECIMENS) {
    it(`of ${name}`, async () => {
      const path = zoo.get(name) ?? "";
      const [audit, integrity] = await bench.inspect(path, "audit", "integrity");
      assert.ok(audit?.complete && integrity?.complete);
      const seen = [...audit.observations, ...integrity.observations];
      assert.deepEqual(
        seen.map(({ code }) => code),
        TOLD[name] ?? [],
      );
      assert.deepEqual(audit.collections, decoded(path));
      assert.deepEqual(
        audit.files.map(({ valid }) => valid),
        [true],
      );
    });
  }
});

function decoded(path: string): Readonly<Record<string, number>> {
  using reader = openTables(path);
  const counted = reader.tables.filter(({ isRecorded }) => !isRecorded);
  return Object.fromEntries(
    counted.map((table) => [table.collection.name, reader.scan(table, { add: () => {} })]),
  );
}
