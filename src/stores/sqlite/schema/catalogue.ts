import type { JsonObject } from "../../../core/json.ts";
import { elementDigest } from "../../../receipts/seal.ts";
import type { SchemaElement } from "../../../receipts/types.ts";
import { foldName, sameName } from "./names.ts";
import { normalSql } from "./normal-sql.ts";
import { parseIndex } from "./parse-index.ts";
import { parseTable } from "./parse-table.ts";
import { moduleOf } from "./shadow-tables.ts";
import { tokenize } from "../../engine/tokens.ts";
import type { IndexDefinition, IndexedColumn, SchemaRow, TableDefinition } from "./types.ts";

/** Content of the engine's own that is recorded and never compared. */
export function isRecordedOnly(table: string): boolean {
  return table === "sqlite_sequence" || table.startsWith("sqlite_stat");
}

/**
 * What is compared of a schema: one element for each table, index, view, trigger and virtual table.
 * Automatic indexes belong to their tables; the engine's own tables are left out.
 */
export function catalogue(rows: readonly SchemaRow[]): SchemaElement[] {
  const tables = tableDefinitions(rows);
  return rows
    .filter((row) => row.sql !== null && !isRecordedOnly(row.name))
    .map((row) => {
      const module = moduleOf(row);
      const kind = module === null ? row.type : "virtual table";
      const definition = module === null ? define(row, tables) : { module, ...sqlOf(row) };
      return { kind, name: row.name, digest: elementDigest(definition), definition };
    });
}

/** The definitions of all tables that have columns to read, by folded name. */
export function tableDefinitions(rows: readonly SchemaRow[]): ReadonlyMap<string, TableDefinition> {
  const tables = new Map<string, TableDefinition>();
  for (const row of rows) {
    if (row.type !== "table" || row.sql === null || moduleOf(row) !== null) continue;
    const table = parseTable(row.name, row.sql);
    if (table !== null) tables.set(foldName(row.name), table);
  }
  return tables;
}

/** The definitions of all indexes that have SQL of their own, in the order of their names. */
export function indexDefinitions(rows: readonly SchemaRow[]): readonly IndexDefinition[] {
  return rows
    .filter(({ type }) => type === "index")
    .flatMap((row) => (row.sql === null ? [] : [parseIndex(row.name, row.sql)]))
    .filter((index) => index !== null)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function define(row: SchemaRow, tables: ReadonlyMap<string, TableDefinition>): JsonObject {
  const table = tables.get(foldName(row.table));
  if (row.type === "table" && table !== undefined) return tableJson(table);
  const index = row.type === "index" && row.sql !== null ? parseIndex(row.name, row.sql) : null;
  return index === null ? { table: row.table, ...sqlOf(row) } : indexJson(index, row, table);
}

function sqlOf({ sql }: SchemaRow): JsonObject {
  return { sql: normalSql(tokenize(sql ?? "")) };
}

function tableJson(table: TableDefinition): JsonObject {
  return {
    columns: table.columns.map(({ affinity: _, ...column }) => column),
    primaryKey: table.primaryKey === null ? null : keyJson(table.primaryKey),
    autoincrement: table.autoincrement,
    // Their own order means nothing; that of columns does.
    unique: table.unique.map(keyJson).toSorted(byText),
    checks: table.checks.toSorted(),
    foreignKeys: table.foreignKeys.map((key) => ({ ...key })).toSorted(byText),
    rowidAlias: table.rowidAlias !== null,
    withoutRowid: table.withoutRowid,
    strict: table.strict,
  };
}

function keyJson(key: {
  readonly columns: readonly IndexedColumn[];
  readonly conflict: string | null;
}): JsonObject {
  return { columns: key.columns.map((column) => ({ ...column })), conflict: key.conflict };
}

function byText(a: JsonObject, b: JsonObject): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function indexJson(
  index: IndexDefinition,
  row: SchemaRow,
  table: TableDefinition | undefined,
): JsonObject {
  const declared = (written: string): string =>
    table?.columns.find(({ name }) => sameName(name, written))?.name ?? written;
  return {
    table: row.table,
    unique: index.unique,
    columns: index.columns.map((each) => ({
      ...each,
      column: each.column === null ? null : declared(each.column),
    })),
    where: index.where,
  };
}
