import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import type { Json } from "../../../core/json.ts";
import type { AmendedDoubt } from "../../amended-collection.ts";
import { quoted } from "../schema/names.ts";

const TOLD_MAX = 1000;

/**
 * Entries of an index to which no row of its table is equal: the row was altered or lost, or the entry
 * was. Which of the two is true the database cannot tell any more once the index is built anew. What
 * cannot be read or asked in this way gives no answer: then there is nothing to compare.
 */
export function doubtsOf(
  database: DatabaseSync,
  table: string,
  index: string,
): readonly AmendedDoubt[] {
  try {
    const key = keyOf(database, table);
    const names = [...new Set([...key.keys(), ...columnsOf(database, index)])];
    const columns = names.map((name) => `${name} COLLATE BINARY AS ${name}`).join(", ");
    const of = `FROM main.${quoted(table)}`;
    const sql =
      `SELECT ${columns} ${of} INDEXED BY ${quoted(index)} EXCEPT ` +
      `SELECT ${columns} ${of} NOT INDEXED LIMIT ${TOLD_MAX}`;
    const entries = database.prepare(sql).all();
    return entries.map((entry) => ({ collection: table, index, key: shownKey(entry, key) }));
  } catch {
    return [];
  }
}

/** What tells a row from all others: as SQL names it, and as people do. */
type Key = ReadonlyMap<string, string>;

function keyOf(database: DatabaseSync, table: string): Key {
  const columns = database.prepare(`PRAGMA main.table_info(${quoted(table)})`).all();
  const parts = columns.filter(({ pk }) => Number(pk) > 0);
  const names = parts.map(({ name }) => String(name));
  if (!hasRowIds(database, table)) return new Map(names.map((name) => [quoted(name), name]));
  const [first = "rowid", ...others] = names;
  const isRowId = others.length === 0 && String(parts[0]?.["type"]).toUpperCase() === "INTEGER";
  return new Map([["rowid", isRowId ? first : "rowid"]]);
}

function hasRowIds(database: DatabaseSync, table: string): boolean {
  const sql = "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?";
  return Number(database.prepare(sql).get(table)?.["wr"]) === 0;
}

/** Names, quoted, of the columns whose values the index holds; expressions are left out. */
function columnsOf(database: DatabaseSync, index: string): readonly string[] {
  const columns = database.prepare(`PRAGMA main.index_xinfo(${quoted(index)})`).all();
  return columns.filter(({ cid }) => Number(cid) >= 0).map(({ name }) => quoted(String(name)));
}

function shownKey(entry: Record<string, SQLOutputValue>, key: Key): Json {
  const parts = [...key].map(([sql, name]) => [name, shown(entry[unquoted(sql)])] as const);
  return Object.fromEntries(parts);
}

/** The engine names a column of the answer without its quotes. */
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function shown(value: SQLOutputValue | undefined): Json {
  if (typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : { $int: String(value) };
  }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  return value ?? null;
}
