import type { DatabaseSync } from "node:sqlite";

import { messageOf, SalvorError } from "../../../core/errors.ts";
import { sameName } from "../schema/names.ts";
import type { SchemaRow } from "../schema/types.ts";
import { isLack } from "./lack.ts";
import { rowNamed, type Schema, SOURCE } from "./schemas.ts";
import type { Target } from "./targets.ts";

/** Makes a table again as the copy has it, without rows, indexes and triggers. */
export function createTable(database: DatabaseSync, name: string, source: Schema): void {
  const row = rowNamed(source, name);
  if (row !== null) create(database, row);
}

/**
 * Indexes, triggers and the counter of row ids follow when the rows are in: rows that come back
 * whole with their table are nothing new that a trigger has to answer.
 */
export function completeTable(
  database: DatabaseSync,
  target: Target,
  { live, source }: { readonly live: Schema; readonly source: Schema },
): readonly string[] {
  const { name } = target.source.collection;
  const own = source.rows.filter(
    ({ type, table, sql }) => type !== "table" && sql !== null && sameName(table, name),
  );
  const [taken, free] = [
    own.filter((row) => rowNamed(live, row.name) !== null),
    own.filter((row) => rowNamed(live, row.name) === null),
  ];
  for (const row of free.toSorted(indexesFirst)) create(database, row);
  if (target.source.definition.autoincrement) restoreSequence(database, name);
  return taken.map((row) => `the ${row.type} ${row.name} was not made: its name is taken`);
}

function indexesFirst(a: SchemaRow, b: SchemaRow): number {
  return a.type < b.type ? -1 : 1;
}

/** Numbers that were given out once are not given out again. */
function restoreSequence(database: DatabaseSync, name: string): void {
  const row = database.prepare(`SELECT seq FROM ${SOURCE}.sqlite_sequence WHERE name = ?`);
  const seq = row.get(name)?.["seq"] ?? null;
  if (seq === null) return;
  const { changes } = database
    .prepare("UPDATE main.sqlite_sequence SET seq = max(seq, ?) WHERE name = ?")
    .run(seq, name);
  if (changes > 0n) return;
  database.prepare("INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)").run(name, seq);
}

function create(database: DatabaseSync, { type, name, sql }: SchemaRow): void {
  try {
    database.exec(sql ?? "");
  } catch (error) {
    if (isLack(error)) throw error;
    const message = `the ${type} ${name} cannot be made again: ${messageOf(error)}`;
    throw new SalvorError("RULE_BROKEN", message, {
      hint: "Nothing was changed. Put this table back by hand from a restored copy.",
      cause: error,
    });
  }
}
