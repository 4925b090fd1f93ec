import type { DatabaseSync } from "node:sqlite";

import { quoted } from "../schema/names.ts";
import type { ForeignKeyDefinition } from "../schema/types.ts";
import { missingJoin } from "./row-sql.ts";
import { type Schema, tableNamed } from "./schemas.ts";
import type { Target } from "./targets.ts";

/** Numbers of the rows that went back, and that point to a row which is not there. */
export function newOrphans(
  database: DatabaseSync,
  target: Target,
  live: Schema,
): readonly number[] {
  const found = target.live.definition.foreignKeys.flatMap((key) =>
    orphansOf(database, target, key, live),
  );
  return [...new Set(found)];
}

function orphansOf(
  database: DatabaseSync,
  target: Target,
  key: ForeignKeyDefinition,
  live: Schema,
): readonly number[] {
  const points = key.columns.map((name) => `s.${quoted(name)} IS NOT NULL`);
  const parent = parentOf(key, live);
  if (parent === "unclear") return [];
  const stands = parent === null ? "0" : `EXISTS (${parent})`;
  const rows = database
    .prepare(
      `SELECT c.id AS id FROM ${missingJoin(target)} ` +
        `WHERE c.refused IS NULL AND ${points.join(" AND ")} AND NOT ${stands}`,
    )
    .all();
  return rows.map(({ id }) => Number(id));
}

/** The question for the parent of `s`; null without such a table, `unclear` without such a key. */
function parentOf(key: ForeignKeyDefinition, live: Schema): string | null {
  const parent = tableNamed(live, key.parent);
  if (parent === null) return null;
  const { primaryKey } = parent.definition;
  const named = key.parentColumns.length > 0 ? key.parentColumns : null;
  const columns = named ?? primaryKey?.columns.map(({ column }) => column ?? "") ?? [];
  if (columns.length !== key.columns.length) return "unclear";
  // The parent's side comes first: its collation is the one that counts.
  const terms = columns.map((name, at) => `p.${quoted(name)} = s.${quoted(key.columns[at] ?? "")}`);
  const table = `main.${quoted(parent.collection.name)}`;
  return `SELECT 1 FROM ${table} p WHERE ${terms.join(" AND ")}`;
}

/**
 * Rows of the whole database, or of some tables, that point nowhere; null where the engine cannot
 * tell, because a declared key is no key.
 */
export function countOrphans(
  database: DatabaseSync,
  tables: readonly string[] | null,
): number | null {
  try {
    const each = tables?.map((name) => `(${quoted(name)})`) ?? [""];
    return each.reduce((sum, argument) => {
      const rows = database.prepare(`PRAGMA main.foreign_key_check${argument}`).iterate();
      return sum + rows.reduce((count) => count + 1, 0);
    }, 0);
  } catch {
    return null;
  }
}
