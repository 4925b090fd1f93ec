import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { decodedEntries } from "../../../../test/zoo/decoded-entries.ts";
import { buildZoo, type ZooDatabase } from "../../../../test/zoo/zoo.ts";
import { readKey, readRecord } from "../../../receipts/canonical.ts";
import { openTables } from "./open-tables.ts";
import type { DatabaseReader, StoredTable } from "./types.ts";

const folder = mkdtempSync(join(tmpdir(), "salvor-tables-"));
let zoo: readonly ZooDatabase[] = [];

before(async () => {
  zoo = await buildZoo(folder);
});
after(() => rmSync(folder, { recursive: true }));

function openZoo(name: string): DatabaseReader {
  return openTables(zoo.find((each) => each.name === name)?.path ?? "");
}

function tableOf(reader: DatabaseReader, name: string): StoredTable {
  const table = reader.tables.find(({ collection }) => collection.name === name);
  assert.ok(table !== undefined, name);
  return table;
}

describe("the tables of a database", () => {
  it("are known by the best key that they have", () => {
    using keys = openZoo("keys");
    using rowids = openZoo("rowids");
    using generated = openZoo("generated");
    const tables = [...keys.tables, ...rowids.tables, ...generated.tables];
    const found = Object.fromEntries(
      tables.map(({ collection, layout }) => [
        collection.name,
        `${layout.keyKind} ${collection.key.join(" ")}`.trim(),
      ]),
    );
    assert.deepEqual(found, {
      text_key: "columns k",
      two: "columns b a",
      unique_null: "row",
      unique_not_null: "columns c b",
      by_index: "columns a",
      by_expression: "row",
      ids: "rowid id",
      descending: "columns id",
      descending_too: "rowid id",
      quoted: "rowid id",
      int_key: "columns id",
      counted: "rowid id",
      sqlite_sequence: "row",
      no_key: "row",
      generated: "rowid id",
      generated_key: "columns s",
      generated_pk: "columns a",
    });
  });

  it("tell shadow tables and the engine's own apart", () => {
    using virtual = openZoo("virtual-tables");
    const own = virtual.tables.filter(({ collection }) => !collection.internal);
    assert.deepEqual(
      own.map(({ collection }) => collection.name),
      ["words_of_mine", "docs"],
    );
    using indexes = openZoo("indexes");
    assert.ok(tableOf(indexes, "sqlite_stat1").isRecorded);
    assert.ok(!tableOf(indexes, "t").isRecorded);
  });

  it("name their columns in the order of the record", () => {
    using reader = openZoo("without-rowid");
    assert.deepEqual(tableOf(reader, "composite").collection.columns, ["a", "b", "c", "d"]);
    assert.deepEqual(tableOf(reader, "twice").collection.columns, ["b", "a", "c"]);
  });
});

describe("a scan", () => {
  it("of a range yields what a filter over the whole would", () => {
    using reader = openZoo("deep");
    const table = tableOf(reader, "deep");
    const all = decodedEntries(reader, table);
    for (const [after, upTo] of [
      [null, 30n],
      [59_940n, null],
      [29n, 31n],
      [30n, 30n],
      [30_000n, 30_300n],
      [-5n, 3n],
      [60_000n, 70_000n],
      [-(1n << 63n), (1n << 63n) - 1n],
    ] as const) {
      const inside = (entry: string): boolean => {
        const [key] = readKey(Buffer.from(entry.split("/")[0] ?? "", "hex"));
        const id = key?.type === "integer" ? key.value : 0n;
        return (after === null || id > after) && (upTo === null || id <= upTo);
      };
      assert.deepEqual(decodedEntries(reader, table, { after, upTo }), all.filter(inside));
    }
  });

  it("of a range tells negative and huge row ids apart", () => {
    using reader = openZoo("rowids");
    const table = tableOf(reader, "ids");
    const count = (after: bigint | null, upTo: bigint | null): number =>
      decodedEntries(reader, table, { after, upTo }).length;
    assert.equal(count(null, -1n), 3);
    assert.equal(count(-1n, 0n), 1);
    assert.equal(count(4_294_967_295n, null), 2);
    assert.equal(count(-(1n << 63n), -4_294_967_297n), 1);
  });

  it("hands out entries that the plain encoding can read", () => {
    using reader = openZoo("values");
    for (const table of reader.tables) {
      for (const entry of decodedEntries(reader, table)) {
        const [key = "", row = ""] = entry.split("/").map((half) => Buffer.from(half, "hex"));
        const record = row === "" || row.length === 0 ? key : row;
        const values = readRecord(Buffer.from(record));
        assert.equal(values.length, table.collection.columns.length);
      }
    }
  });
});

describe("damage is named with file, page and table", () => {
  it("when a page is missing", () => {
    const path = join(folder, "cut.sqlite");
    writeFileSync(path, readFileSync(join(folder, "deep.sqlite")));
    truncateSync(path, 100 * 512);
    using reader = openTables(path);
    assert.throws(() => decodedEntries(reader, tableOf(reader, "deep")), {
      code: "STORE_DAMAGED",
      message: /cut\.sqlite: table "deep" refers to page \d+ of a file with 100 pages/,
    });
  });

  it("when a page holds something else", () => {
    const path = join(folder, "torn.sqlite");
    const bytes = readFileSync(join(folder, "deep.sqlite"));
    bytes.fill(0x5a, 512 * 60, 512 * 61);
    writeFileSync(path, bytes);
    using reader = openTables(path);
    assert.throws(() => decodedEntries(reader, tableOf(reader, "deep")), {
      code: "STORE_DAMAGED",
      message: /torn\.sqlite: page 61 of table "deep" has type 90/,
    });
  });
});
