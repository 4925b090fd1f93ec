import type { DatabaseSync } from "node:sqlite";

import { sqliteCode } from "../../engine/engine.ts";
import { quoted } from "../schema/names.ts";
import { rowCount, shownColumns } from "./rows-shown.ts";
import type { Breach, RuledColumn, TableRules } from "./rules.ts";
import { unchecked } from "./unchecked.ts";

/** A rule that each row keeps or breaks by itself: `broken` is true of those that break it. */
interface RowRule {
  readonly broken: string;
  readonly about: Pick<Breach, "code" | "column" | "index">;
  /** Columns to show beside the key. */
  readonly shown: readonly string[];
  /** What the rows that break it do: `have no name`. */
  readonly says: string;
}

const ROWS_SHOWN = 3;
const EXPRESSION_MAX = 300;
/** Of 2,000 columns that a result may have. */
const RULES_AT_ONCE = 500;

/** NOT NULL, CHECK, and the types of a STRICT table: all of them in one walk through the table. */
export function checkRows(database: DatabaseSync, rules: TableRules): readonly Breach[] {
  const all = rowRules(rules);
  const found: Breach[] = [];
  for (let start = 0; start < all.length; start += RULES_AT_ONCE)
    found.push(...checkTogether(database, rules, all.slice(start, start + RULES_AT_ONCE)));
  return found;
}

/** How many rules there are to check row by row. */
export function countRowRules(rules: TableRules): number {
  return rowRules(rules).length;
}

function checkTogether(
  database: DatabaseSync,
  table: TableRules,
  rules: readonly RowRule[],
): readonly Breach[] {
  try {
    const counts = rules.map(({ broken }, at) => `count(*) FILTER (WHERE ${broken}) AS n${at}`);
    const [row] = database.prepare(`SELECT ${counts.join(", ")} ${from(table)}`).all();
    return rules.flatMap((rule, at) => {
      const count = Number(row?.[`n${at}`]);
      return count === 0 ? [] : [breachOf(database, table, rule, count)];
    });
  } catch (error) {
    if (sqliteCode(error) !== 1) throw error;
    if (rules.length > 1) return rules.flatMap((rule) => checkTogether(database, table, [rule]));
    return rules.map(({ about }) => unchecked({ table: table.table, ...about }, error));
  }
}

/** An index that holds all columns would do for counting, but it is the table that shall be read. */
function from({ table }: TableRules): string {
  return `FROM main.${quoted(table)} NOT INDEXED`;
}

function breachOf(
  database: DatabaseSync,
  table: TableRules,
  { broken, about, shown, says }: RowRule,
  count: number,
): Breach {
  const names = [...new Set([...table.key, ...shown])];
  const sql = `SELECT ${shownColumns(names)} AS shown ${from(table)} WHERE ${broken}`;
  const rows = database.prepare(`${sql} LIMIT ${ROWS_SHOWN}`).all();
  return {
    ...about,
    table: table.table,
    description: `${rowCount(count)} of ${table.table} ${says}`,
    evidence: rows.map((row) => String(row["shown"])).join("; "),
  };
}

function rowRules({ columns, checks, isStrict }: TableRules): readonly RowRule[] {
  return [
    ...columns.filter(({ isNotNull }) => isNotNull).map(notNull),
    ...(isStrict ? columns.flatMap(strictType) : []),
    ...checks.map(({ name, expression }): RowRule => ({
      broken: `NOT (${expression}\n)`,
      about: { code: "sqlite.check.failed", column: null, index: name },
      shown: [],
      says: `break CHECK (${expression.replaceAll(/\s+/g, " ").slice(0, EXPRESSION_MAX)})`,
    })),
  ];
}

/** Of a column that is declared NOT NULL the engine believes `IS NULL` to be false, and never looks. */
function notNull({ name }: RuledColumn): RowRule {
  return {
    broken: `typeof(${quoted(name)}) = 'null'`,
    about: { code: "sqlite.column.null", column: name, index: null },
    shown: [],
    says: `have no ${name}, which must not be NULL`,
  };
}

const STRICT_CLASSES: Readonly<Record<string, string>> = {
  INT: "integer",
  INTEGER: "integer",
  REAL: "real",
  TEXT: "text",
  BLOB: "blob",
};

function strictType({ name, type }: RuledColumn): readonly RowRule[] {
  const storage = STRICT_CLASSES[type];
  if (storage === undefined) return []; // ANY
  return [
    {
      broken: `typeof(${quoted(name)}) NOT IN ('null', '${storage}')`,
      about: { code: "sqlite.strict.type", column: name, index: null },
      shown: [name],
      says: `have something else than ${type} as ${name}`,
    },
  ];
}
