import type { DatabaseSync } from "node:sqlite";

import { writeKey, writeRecord } from "../../src/receipts/canonical.ts";
import type { Value } from "../../src/receipts/types.ts";
import type { StoredTable } from "../../src/stores/sqlite/format/types.ts";

/** The rows of a table as the engine shows them, as `key/row` in hex, sorted: the referee. */
export function engineEntries(database: DatabaseSync, table: StoredTable): readonly string[] {
  const { definition, layout, collection } = table;
  const names = layout.stored.map((at) => definition.columns[at]?.name ?? "");
  const alias = definition.columns[definition.rowidAlias ?? -1]?.name;
  const wanted = [...names, ...(alias === undefined ? [] : [alias])].map(quote);
  const columns = wanted.map(
    (name) => `typeof(${name}), iif(typeof(${name}) = 'text', CAST(${name} AS BLOB), ${name})`,
  );
  const statement = database.prepare(`SELECT ${columns.join(", ")} FROM ${quote(collection.name)}`);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const rows = statement.all() as unknown as readonly (readonly unknown[])[];
  return rows
    .map((row) => {
      const values = wanted.map((_, at) => valueOf(row[2 * at], row[2 * at + 1]));
      const rowid = values[names.length];
      const record = names.map((name, at): Value =>
        name === alias ? { type: "null" } : (values[at] ?? { type: "null" }),
      );
      if (rowid !== undefined) return `${hex(writeKey([rowid]))}/${hex(writeRecord(record))}`;
      const key = layout.key.flatMap((at) => values[at] ?? []);
      return layout.keyKind === "row"
        ? `${hex(writeRecord(record))}/`
        : `${hex(writeKey(key))}/${hex(writeRecord(record))}`;
    })
    .toSorted();
}

function valueOf(type: unknown, value: unknown): Value {
  switch (type) {
    case "integer":
      return { type, value: value as bigint };
    case "real":
      return { type, value: value as number };
    case "text":
    case "blob":
      return { type, bytes: value as Uint8Array };
    default:
      return { type: "null" };
  }
}

/** A name as SQL always understands it. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
