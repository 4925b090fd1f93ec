import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { storedTables } from "../format/open-tables.ts";
import type { StoredTable } from "../format/types.ts";
import { sameName } from "../schema/names.ts";
import type { SchemaRow } from "../schema/types.ts";

/** The name under which the copy with the rows is attached. */
export const SOURCE = "salvor_source";

/** What one of the two databases consists of. */
export interface Schema {
  readonly rows: readonly SchemaRow[];
  readonly tables: readonly StoredTable[];
}

/** Attaches the copy, which nobody else uses, so that not even a lock is taken on it. */
export function attachSource(database: DatabaseSync, path: string): void {
  const url = pathToFileURL(path);
  url.search = "immutable=1";
  database.prepare(`ATTACH ? AS ${SOURCE}`).run(url.href);
}

/** Reads a catalogue as the open transaction sees it. */
export function readSchema(
  database: DatabaseSync,
  path: string,
  schema: "main" | typeof SOURCE,
): Schema {
  const found = database
    .prepare(`SELECT type, name, tbl_name, rootpage, sql FROM ${schema}.sqlite_schema`)
    .all();
  const rows = found.map((row) => ({
    type: String(row["type"]),
    name: String(row["name"]),
    table: String(row["tbl_name"]),
    rootPage: Number(row["rootpage"]),
    sql: row["sql"] === null ? null : String(row["sql"]),
  }));
  return { rows, tables: storedTables(path, rows) };
}

/** The ordinary table of this name. */
export function tableNamed({ tables }: Schema, name: string): StoredTable | null {
  return tables.find(({ collection }) => sameName(collection.name, name)) ?? null;
}

/** Anything at all that has this name. */
export function rowNamed({ rows }: Schema, name: string): SchemaRow | null {
  return rows.find((row) => sameName(row.name, name)) ?? null;
}
