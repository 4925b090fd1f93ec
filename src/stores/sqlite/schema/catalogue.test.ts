import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { catalogue } from "./catalogue.ts";
import type { SchemaRow } from "./types.ts";

const TABLE = `CREATE TABLE "Order" (id INTEGER PRIMARY KEY, total DECIMAL(10, 2) NOT NULL DEFAULT 0 CHECK (total >= 0),
  who TEXT COLLATE NOCASE REFERENCES customer (id) ON DELETE CASCADE, twice AS (total * 2) STORED,
  UNIQUE (who, total), CHECK (id > 0 AND who <> 'No Body'))`;
const INDEX = 'CREATE INDEX by_who ON "Order" (who, lower(who) DESC) WHERE total > 1';
const VIEW = "CREATE VIEW shown AS SELECT id AS Number, 'It''s' FROM \"Order\" WHERE total = 1.5";
const TRIGGER =
  'CREATE TRIGGER guard AFTER INSERT ON "Order" BEGIN UPDATE other SET n = n + 1; END';
const VIRTUAL = "CREATE VIRTUAL TABLE words USING fts5(body, tokenize = 'porter')";

const row = (type: string, name: string, table: string, sql: string | null): SchemaRow => ({
  type,
  name,
  table,
  rootPage: 2,
  sql,
});
const ROWS: readonly SchemaRow[] = [
  row("table", "Order", "Order", TABLE),
  row("index", "sqlite_autoindex_Order_1", "Order", null),
  row("index", "by_who", "Order", INDEX),
  row("view", "shown", "shown", VIEW),
  row("trigger", "guard", "Order", TRIGGER),
  row("table", "words", "words", VIRTUAL),
  row("table", "sqlite_stat1", "sqlite_stat1", "CREATE TABLE sqlite_stat1(tbl,idx,stat)"),
  row("table", "sqlite_sequence", "sqlite_sequence", "CREATE TABLE sqlite_sequence(name,seq)"),
];

/** The names of the elements whose digests change when `from` becomes `to` in every statement. */
function changed(from: string, to: string): readonly string[] {
  assert.ok(
    ROWS.some(({ sql }) => sql?.includes(from)),
    `nothing says ${from}`,
  );
  const after = catalogue(
    ROWS.map((each) => ({ ...each, sql: each.sql?.replaceAll(from, to) ?? null })),
  );
  return catalogue(ROWS)
    .filter(({ digest }, index) => digest !== after[index]?.digest)
    .map(({ name }) => name);
}

describe("a catalogue", () => {
  it("has an element for everything that was created, and none for what the engine keeps", () => {
    assert.deepEqual(
      catalogue(ROWS).map(({ kind, name }) => `${kind} ${name}`),
      ["table Order", "index by_who", "view shown", "trigger guard", "virtual table words"],
    );
  });

  for (const [from, to] of [
    [", ", "\n\t,/* a comment */ -- another\n"],
    ["INTEGER PRIMARY KEY", "integer primary Key"],
    ["DECIMAL(10, 2)", "decimal(10,2)"],
    ["who TEXT", "[who] TEXT"],
    ["UNIQUE (who", 'UNIQUE ("who"'],
    ["REFERENCES customer", "references `customer`"],
    ["WHERE total > 1", "where\ttotal>1"],
    ["lower(who)", 'lower("who")'],
    ["AS SELECT", "as select"],
    ["BEGIN UPDATE other", 'begin update "other"'],
    [
      "UNIQUE (who, total), CHECK (id > 0 AND who <> 'No Body')",
      "CHECK (id > 0 AND who <> 'No Body'), UNIQUE (who, total)",
    ],
    ["CHECK (total >= 0)", "CONSTRAINT positive CHECK (total >= 0)"],
  ] as const) {
    it(`is the same with ${JSON.stringify(to)} for ${JSON.stringify(from)}`, () =>
      assert.deepEqual(changed(from, to), []));
  }

  for (const [from, to, name] of [
    ["total DECIMAL", "extra INT, total DECIMAL", "Order"],
    ["DECIMAL(10, 2)", "DECIMAL(10, 3)", "Order"],
    ["NOT NULL DEFAULT 0", "DEFAULT 0", "Order"],
    ["NOT NULL DEFAULT", "NOT NULL ON CONFLICT IGNORE DEFAULT", "Order"],
    ["DEFAULT 0", "DEFAULT '0'", "Order"],
    ["CHECK (total >= 0)", "CHECK (total > 0)", "Order"],
    ["'No Body'", "'no body'", "Order"],
    ["'No Body'", "'No  Body'", "Order"],
    ["COLLATE NOCASE", "COLLATE RTRIM", "Order"],
    ["ON DELETE CASCADE", "ON DELETE SET NULL", "Order"],
    ["ON DELETE CASCADE", "ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED", "Order"],
    ["REFERENCES customer (id)", "REFERENCES customer (no)", "Order"],
    ["STORED", "VIRTUAL", "Order"],
    ["total * 2", "total * 3", "Order"],
    ["UNIQUE (who, total)", "UNIQUE (total, who)", "Order"],
    ["INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT", "Order"],
    ["INTEGER PRIMARY KEY", "INT PRIMARY KEY", "Order"],
    ["'No Body'))", "'No Body')) STRICT", "Order"],
    ["CREATE INDEX", "CREATE UNIQUE INDEX", "by_who"],
    ["lower(who) DESC", "lower(who)", "by_who"],
    ["(who, lower", "(who COLLATE BINARY, lower", "by_who"],
    ["WHERE total > 1", "WHERE total > 2", "by_who"],
    ["AS Number", "AS number", "shown"],
    ["'It''s'", "'its'", "shown"],
    ["1.5", "1.50", "shown"],
    ["n + 1", "n + 2", "guard"],
    ["AFTER INSERT", "AFTER DELETE", "guard"],
    ["porter", "ascii", "words"],
  ] as const) {
    it(`differs in ${name} alone with ${to} for ${from}`, () =>
      assert.deepEqual(changed(from, to), [name]));
  }

  it("counts the order of columns, and of nothing else", () => {
    const create = (sql: string): string | undefined =>
      catalogue([row("table", "t", "t", sql)])[0]?.digest;
    assert.notEqual(create("CREATE TABLE t (a, b)"), create("CREATE TABLE t (b, a)"));
    assert.equal(
      create("CREATE TABLE t (a, b, UNIQUE (a), UNIQUE (b))"),
      create("CREATE TABLE t (a, b, UNIQUE (b), UNIQUE (a))"),
    );
  });
});
