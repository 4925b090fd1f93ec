import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { sha256Hex } from "../../src/core/hash.ts";
import { openTables } from "../../src/stores/sqlite/format/open-tables.ts";
import type { DatabaseReader, StoredTable } from "../../src/stores/sqlite/format/types.ts";
import { foldName } from "../../src/stores/sqlite/schema/names.ts";
import { normalSql } from "../../src/stores/sqlite/schema/normal-sql.ts";
import { parseIndex } from "../../src/stores/sqlite/schema/parse-index.ts";
import { tokenize } from "../../src/stores/engine/tokens.ts";
import type { IndexedColumn } from "../../src/stores/sqlite/schema/types.ts";
import { decodedEntries } from "./decoded-entries.ts";
import { engineEntries } from "./engine-rows.ts";

type Row = Record<string, unknown>;

/** Holds our reading of a database file against the engine's: rows, and what pragmas tell. */
export function assertLikeEngine(path: string): void {
  const bytes = sha256Hex(readFileSync(path));
  using reader = openTables(path);
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    assertTables(reader, database);
    for (const table of reader.tables) {
      assertRows(reader, database, table);
      assertColumns(database, table);
      assertIndexes(reader, database, table);
      assertForeignKeys(database, table);
    }
  } finally {
    database.close();
  }
  assert.equal(sha256Hex(readFileSync(path)), bytes);
}

function assertTables(reader: DatabaseReader, database: DatabaseSync): void {
  const names = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rowid")
    .all()
    .map((row) => row["name"]);
  assert.deepEqual(
    reader.tables.map(({ collection }) => collection.name),
    names,
  );
}

function assertRows(reader: DatabaseReader, database: DatabaseSync, table: StoredTable): void {
  const entries = decodedEntries(reader, table);
  const title = `rows of ${table.collection.name}`;
  if (table.isOrdered) assert.deepEqual(entries, entries.toSorted(), title);
  assert.deepEqual(entries.toSorted(), engineEntries(database, table), title);
}

function assertColumns(database: DatabaseSync, { definition, collection }: StoredTable): void {
  const rows = ask(database, "table_xinfo", collection.name);
  const declared = definition.primaryKey?.columns.map(({ column }) => column) ?? [];
  const key = definition.withoutRowid ? [...new Set(declared)] : declared;
  const ours = definition.columns.map((column, at) => {
    const pk = key.indexOf(column.name) + 1;
    // What is not declared there, the engine adds to the keys of these tables.
    const isStrictKey =
      definition.withoutRowid || (definition.strict && definition.rowidAlias !== at);
    return {
      name: column.name,
      type: squeezed(column.type),
      notNull: column.notNull || (isStrictKey && pk > 0),
      default: column.default,
      pk,
      generated: column.generated?.kind ?? null,
    };
  });
  const theirs = rows.map((row) => ({
    name: row["name"],
    type: squeezed(String(row["type"])),
    notNull: row["notnull"] === 1,
    default: typeof row["dflt_value"] === "string" ? normalSql(tokenize(row["dflt_value"])) : null,
    pk: row["pk"],
    generated: row["hidden"] === 2 ? "virtual" : row["hidden"] === 3 ? "stored" : null,
  }));
  assert.deepEqual(ours, theirs, `columns of ${collection.name}`);
}

function squeezed(type: string): string {
  return type.replaceAll(/\s/g, "").toUpperCase();
}

function assertIndexes(reader: DatabaseReader, database: DatabaseSync, table: StoredTable): void {
  const { definition, collection, layout } = table;
  const spell = (columns: readonly IndexedColumn[]): string =>
    JSON.stringify(
      columns.map((each) => {
        const found = definition.columns.find(
          ({ name }) => each.column !== null && foldName(name) === foldName(each.column),
        );
        const collation = each.collation ?? found?.collation ?? "BINARY";
        return [found?.name ?? null, collation, each.descending];
      }),
    );
  for (const index of ask(database, "index_list", collection.name)) {
    const name = String(index["name"]);
    const rows = ask(database, "index_xinfo", name);
    const theirs = JSON.stringify(
      rows
        .filter((row) => row["key"] === 1)
        .map((row) => [row["name"], String(row["coll"]).toUpperCase(), row["desc"] === 1]),
    );
    if (index["origin"] === "u") {
      assert.ok(
        definition.unique.some(({ columns }) => spell(columns) === theirs),
        theirs,
      );
    } else if (index["origin"] === "c") {
      const { sql } = reader.schemaRows.find((row) => row.name === name) ?? { sql: "" };
      const ours = parseIndex(name, sql ?? "");
      assert.equal(spell(ours?.columns ?? []), theirs, name);
      assert.equal(ours?.unique, index["unique"] === 1);
      assert.equal(ours?.where !== null, index["partial"] === 1);
      assert.equal(foldName(ours?.table ?? ""), foldName(collection.name));
    } else if (definition.withoutRowid) {
      assert.deepEqual(
        layout.stored.map((at) => definition.columns[at]?.name),
        rows.map((row) => row["name"]),
      );
    }
  }
}

function assertForeignKeys(database: DatabaseSync, { definition, collection }: StoredTable): void {
  const rows = ask(database, "foreign_key_list", collection.name);
  const groups = [...Map.groupBy(rows, (row) => Number(row["id"])).values()];
  const theirs = groups.map((group) => ({
    columns: group.map((row) => row["from"]),
    parent: group[0]?.["table"],
    parentColumns: group.flatMap((row) => (row["to"] === null ? [] : [row["to"]])),
    onDelete: group[0]?.["on_delete"],
    onUpdate: group[0]?.["on_update"],
  }));
  const ours = definition.foreignKeys.map(
    ({ match: _match, deferred: _deferred, ...rest }): Row => rest,
  );
  const text = (key: Row): string => JSON.stringify(key, Object.keys(key).toSorted());
  assert.deepEqual(
    ours.map(text).toSorted(),
    theirs.map(text).toSorted(),
    `foreign keys of ${collection.name}`,
  );
}

function ask(database: DatabaseSync, pragma: string, name: string): readonly Row[] {
  return database.prepare(`SELECT * FROM pragma_${pragma}(?)`).all(name);
}
