import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import { quoted, sameName } from "../schema/names.ts";
import type { ReferenceRule, RuledColumn, TableRules, UniqueRule } from "./rules.ts";
import { writtenChecks, writtenIndex } from "./source-text.ts";

type Row = Readonly<Record<string, SQLOutputValue>>;

interface Column extends RuledColumn {
  readonly place: number;
  /** Place in the primary key from 1, or 0. */
  readonly keyPlace: number;
}

/** A table of the schema: its name, and the SQL that made it. */
export interface WrittenTable {
  readonly name: string;
  readonly sql: string;
}

/** All tables that have rows of their own; the engine's are left out. */
export function writtenTables(database: DatabaseSync): readonly WrittenTable[] {
  return database
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 " +
        "AND sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
    )
    .all()
    .map(({ name, sql }) => ({ name: String(name), sql: String(sql) }));
}

/** The rules of a table as the engine itself understands them; expressions as they are written. */
export function readRules(database: DatabaseSync, { name, sql }: WrittenTable): TableRules {
  const [facts] = ask(database, "SELECT wr, strict FROM pragma_table_list(?)", name);
  const hasRowid = facts?.["wr"] !== 1;
  const columns = readColumns(database, name);
  return {
    table: name,
    key: keyOf(columns, hasRowid),
    hasRowid,
    isStrict: facts?.["strict"] === 1,
    columns,
    uniques: readUniques(database, name, columns),
    checks: writtenChecks(sql).map((check, at, all) => ({
      expression: check.expression,
      name: nameOf(
        check.name,
        check.expression,
        all.slice(0, at).map(({ name: other }) => other),
      ),
    })),
    references: readReferences(database, name),
  };
}

function ask(database: DatabaseSync, sql: string, ...names: readonly string[]): readonly Row[] {
  return database.prepare(sql).all(...names);
}

function readColumns(database: DatabaseSync, table: string): readonly Column[] {
  const rows = ask(database, "SELECT * FROM pragma_table_xinfo(?) ORDER BY cid", table);
  return rows.map((row) => ({
    name: String(row["name"]),
    type: String(row["type"]).toUpperCase(),
    isNotNull: row["notnull"] === 1,
    place: Number(row["cid"]),
    keyPlace: Number(row["pk"]),
  }));
}

const ROWID_NAMES = ["rowid", "oid", "_rowid_"];

function keyOf(columns: readonly Column[], hasRowid: boolean): readonly string[] {
  const key = columns
    .filter(({ keyPlace }) => keyPlace > 0)
    .toSorted((a, b) => a.keyPlace - b.keyPlace)
    .map(({ name }) => name);
  if (key.length > 0 || !hasRowid) return key;
  const free = ROWID_NAMES.find((each) => !columns.some(({ name }) => sameName(name, each)));
  return free === undefined ? [] : [free];
}

const CHECK_NAME_MAX = 120;

/** By its own name, where it has one that no other has; else by what it says. */
function nameOf(
  name: string | null,
  expression: string,
  others: readonly (string | null)[],
): string {
  if (name !== null && !others.includes(name)) return name;
  return `CHECK (${expression.replaceAll(/\s+/g, " ").slice(0, CHECK_NAME_MAX)})`;
}

function readUniques(
  database: DatabaseSync,
  table: string,
  columns: readonly Column[],
): readonly UniqueRule[] {
  const sql = 'SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 ORDER BY name';
  return ask(database, sql, table).map((row) => readUnique(database, String(row["name"]), columns));
}

function readUnique(database: DatabaseSync, index: string, columns: readonly Column[]): UniqueRule {
  const sql = "SELECT cid, coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno";
  const [written] = ask(database, "SELECT sql FROM sqlite_schema WHERE name = ?", index);
  const source = typeof written?.["sql"] === "string" ? writtenIndex(written["sql"]) : null;
  const members = ask(database, sql, index).map((row, at) => {
    const name = columns.find(({ place }) => place === row["cid"])?.name;
    const text = name ?? source?.members[at] ?? "NULL";
    // With the plus sign the engine cannot take the order of an index, or of the primary key, on trust.
    const value = name === undefined ? `(${text}\n)` : `+${quoted(name)}`;
    return { text, sql: `${value} COLLATE ${quoted(String(row["coll"]))}` };
  });
  return {
    index,
    members: members.map((member) => member.sql),
    label: columnList(members.map(({ text }) => text)),
    where: source?.where ?? null,
  };
}

function readReferences(database: DatabaseSync, table: string): readonly ReferenceRule[] {
  const rows = ask(
    database,
    'SELECT id, "table" AS parent, "from" AS own, "to" AS theirs ' +
      "FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq",
    table,
  );
  const byId = Map.groupBy(rows, ({ id }) => Number(id));
  return [...byId].map(([id, parts]) => {
    const parent = String(parts[0]?.["parent"]);
    const named = parts.flatMap(({ theirs }) => (typeof theirs === "string" ? [theirs] : []));
    return {
      id,
      columns: parts.map(({ own }) => String(own)),
      parent,
      parentColumns: named.length > 0 ? named : primaryKey(database, parent),
    };
  });
}

function primaryKey(database: DatabaseSync, table: string): readonly string[] {
  const sql = "SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk";
  return ask(database, sql, table).map(({ name }) => String(name));
}

/** `column`, or `(a, b)`. */
export function columnList(names: readonly string[]): string {
  return names.length === 1 ? String(names[0]) : `(${names.join(", ")})`;
}
