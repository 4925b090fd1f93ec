import type { DatabaseSync } from "node:sqlite";

import type { ColumnType, ProjectionTable } from "../types.ts";
import { quoted } from "./quote.ts";

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: "TEXT",
  integer: "INTEGER",
  real: "REAL",
  blob: "BLOB",
  boolean: "INTEGER",
  timestamp: "TEXT",
  json: "TEXT",
};

/** Makes the tables of a projection, still without their indexes. */
export function createTables(
  database: DatabaseSync,
  tables: Readonly<Record<string, ProjectionTable>>,
): void {
  for (const [name, { key, columns }] of Object.entries(tables)) {
    const lines = Object.entries(columns).map(
      ([column, type]) =>
        `${quoted(column)} ${SQL_TYPES[type]}${key.includes(column) ? " NOT NULL" : ""}`,
    );
    lines.push(`PRIMARY KEY (${list(key)})`);
    database.exec(`CREATE TABLE ${quoted(name)} (${lines.join(", ")}) STRICT, WITHOUT ROWID`);
  }
}

/** Made when the rows are there: that is quicker than keeping them in order all the time. */
export function createIndexes(
  database: DatabaseSync,
  tables: Readonly<Record<string, ProjectionTable>>,
): void {
  for (const [name, { indexes }] of Object.entries(tables)) {
    for (const columns of indexes) {
      const index = quoted(`${name}_by_${columns.join("_")}`);
      database.exec(`CREATE INDEX IF NOT EXISTS ${index} ON ${quoted(name)} (${list(columns)})`);
    }
  }
}

function list(names: readonly string[]): string {
  return names.map(quoted).join(", ");
}
