import type { DatabaseSync } from "node:sqlite";

import { messageOf } from "../../../core/errors.ts";
import { sqliteCode } from "../../engine/engine.ts";
import { quoted } from "../schema/names.ts";
import { columnList } from "./read-rules.ts";
import { rowCount, shownColumns } from "./rows-shown.ts";
import type { Breach, ReferenceRule, TableRules } from "./rules.ts";
import { unchecked } from "./unchecked.ts";

const ROWS_SHOWN = 3;

/** Foreign keys: as the engine follows them, or where what they name is no key, by equal values. */
export function checkReferences(database: DatabaseSync, rules: TableRules): readonly Breach[] {
  const { table, references } = rules;
  if (references.length === 0) return [];
  try {
    const counts = countByEngine(database, table);
    return references.flatMap((each) => orphans(database, rules, each, counts.get(each.id) ?? 0));
  } catch (error) {
    if (sqliteCode(error) !== 1) throw error;
    return [
      mismatch(table, error),
      ...references.flatMap((each) => byValues(database, rules, each)),
    ];
  }
}

function countByEngine(database: DatabaseSync, table: string): ReadonlyMap<number, number> {
  const rows = database
    .prepare("SELECT fkid, count(*) AS n FROM pragma_foreign_key_check(?) GROUP BY fkid")
    .all(table);
  return new Map(rows.map(({ fkid, n }) => [Number(fkid), Number(n)]));
}

function byValues(
  database: DatabaseSync,
  rules: TableRules,
  reference: ReferenceRule,
): readonly Breach[] {
  const { table } = rules;
  try {
    const [row] = database.prepare(`SELECT count(*) AS n ${orphanRows(table, reference)}`).all();
    return orphans(database, rules, reference, Number(row?.["n"]));
  } catch (error) {
    if (sqliteCode(error) !== 1) throw error;
    return [unchecked({ table, column: columnList(reference.columns), index: null }, error)];
  }
}

function orphans(
  database: DatabaseSync,
  { table, key }: TableRules,
  reference: ReferenceRule,
  count: number,
): readonly Breach[] {
  if (count === 0) return [];
  const { columns, parent, parentColumns } = reference;
  const own = columnList(columns);
  const there = parentColumns.length === 0 ? parent : `${parent}.${columnList(parentColumns)}`;
  return [
    {
      code: "sqlite.reference.orphan",
      table,
      column: own,
      index: null,
      description: `${rowCount(count)} of ${table} refer by ${own} to what ${there} does not have`,
      evidence: firstOrphans(database, table, [...new Set([...key, ...columns])], reference),
    },
  ];
}

function firstOrphans(
  database: DatabaseSync,
  table: string,
  names: readonly string[],
  reference: ReferenceRule,
): string {
  try {
    const rows = database
      .prepare(
        `SELECT ${shownColumns(names, "c.")} AS shown ${orphanRows(table, reference)} ` +
          `LIMIT ${ROWS_SHOWN}`,
      )
      .all();
    return rows.map(({ shown }) => String(shown)).join("; ");
  } catch (error) {
    if (sqliteCode(error) !== 1) throw error;
    return `there is no table ${reference.parent}`;
  }
}

/** The parent's side comes first: its affinity and collation are those that count. */
function orphanRows(table: string, { columns, parent, parentColumns }: ReferenceRule): string {
  const set = columns.map((name) => `c.${quoted(name)} IS NOT NULL`);
  const equal = columns.map(
    (name, at) => `p.${quoted(parentColumns[at] ?? "")} = c.${quoted(name)}`,
  );
  const found = `SELECT 1 FROM main.${quoted(parent)} p WHERE ${equal.join(" AND ")}`;
  return (
    `FROM main.${quoted(table)} c NOT INDEXED ` +
    `WHERE ${set.join(" AND ")} AND NOT EXISTS (${found})`
  );
}

function mismatch(table: string, error: unknown): Breach {
  return {
    code: "sqlite.reference.mismatch",
    table,
    column: null,
    index: null,
    description: `a foreign key of ${table} refers to columns that are no key: ${messageOf(error)}`,
    evidence: messageOf(error),
  };
}
