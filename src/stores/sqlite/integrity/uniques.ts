import type { DatabaseSync } from "node:sqlite";

import { sqliteCode } from "../../engine/engine.ts";
import { quoted } from "../schema/names.ts";
import { shownValue } from "./rows-shown.ts";
import type { Breach, TableRules, UniqueRule } from "./rules.ts";
import { unchecked } from "./unchecked.ts";

const GROUPS_SHOWN = 3;

/**
 * UNIQUE and PRIMARY KEY, by the table's content: an index that is damaged would hide what it does
 * not hold.
 */
export function checkUniques(database: DatabaseSync, rules: TableRules): readonly Breach[] {
  return rules.uniques.flatMap((unique) => {
    try {
      return checkUnique(database, rules.table, unique);
    } catch (error) {
      if (sqliteCode(error) !== 1) throw error;
      return [unchecked({ table: rules.table, column: null, index: unique.index }, error)];
    }
  });
}

function checkUnique(database: DatabaseSync, table: string, unique: UniqueRule): readonly Breach[] {
  const groups = groupsOf(table, unique);
  const shown = unique.members.map((_, at) => shownValue(`m${at}`)).join(" || ', ' || ");
  const first = database
    .prepare(`SELECT ${shown} AS shown, n FROM (${groups} LIMIT ${GROUPS_SHOWN})`)
    .all();
  if (first.length === 0) return [];
  const [all] = database.prepare(`SELECT count(*) AS g, sum(n) AS n FROM (${groups})`).all();
  const { index, label } = unique;
  return [
    {
      code: "sqlite.unique.duplicate",
      table,
      column: null,
      index,
      description: shared(table, label, Number(all?.["n"]), Number(all?.["g"])),
      evidence: first
        .map((row) => `(${String(row["shown"])}) ${String(row["n"])} times`)
        .join("; "),
    },
  ];
}

function shared(table: string, label: string, rows: number, values: number): string {
  const what = values === 1 ? "a value" : `${values} values`;
  return `${rows} rows of ${table} share ${what} of ${label} that must be unique`;
}

/** Members are equal as the index compares them; where one is NULL, nothing is. */
function groupsOf(table: string, { members, where }: UniqueRule): string {
  const columns = members.map((member, at) => `${member} AS m${at}`).join(", ");
  const terms = members.map((member) => `typeof(${member}) <> 'null'`);
  if (where !== null) terms.push(`(${where}\n)`);
  return (
    `SELECT ${columns}, count(*) AS n FROM main.${quoted(table)} NOT INDEXED ` +
    `WHERE ${terms.join(" AND ")} GROUP BY ${members.join(", ")} HAVING count(*) > 1`
  );
}
