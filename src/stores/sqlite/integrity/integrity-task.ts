import type { DatabaseSync } from "node:sqlite";

import { messageOf } from "../../../core/errors.ts";
import type { HostTask } from "../../host/messages.ts";
import { engineError, openSettled, sqliteCode } from "../../engine/engine.ts";
import { allowReadingOnly, connectVirtualTables } from "../../engine/query-authorizer.ts";
import { readRules, writtenTables, type WrittenTable } from "./read-rules.ts";
import { checkReferences } from "./references.ts";
import { checkRows, countRowRules } from "./row-rules.ts";
import type { Breach, TableRules } from "./rules.ts";
import { unchecked } from "./unchecked.ts";
import { checkUniques } from "./uniques.ts";

/** The image whose rules are checked, and where the engine may put what it sorts. */
export interface IntegrityInput {
  readonly path: string;
  readonly scratch: string;
  /** Tables that are known to be damaged: what they declare cannot be checked, and is not. */
  readonly hurtTables: readonly string[];
}

/** What the declared rules have shown. */
export interface IntegrityOutput {
  readonly breaches: readonly Breach[];
  /** How many rules were checked. */
  readonly checked: number;
  /** No table was unreadable. */
  readonly complete: boolean;
}

const CACHE_KIB = 65_536;
const ERROR = 1;
const IO_ERROR = 10;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Holds all rows against what their tables declare. */
export const task: HostTask<IntegrityInput, IntegrityOutput> = async (
  { path, scratch, hurtTables },
  { progress },
) => {
  try {
    using database = openSettled(path, { enableDoubleQuotedStringLiterals: true });
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    database.exec(`PRAGMA temp_store_directory = '${scratch.replaceAll("'", "''")}'`);
    connectVirtualTables(database);
    allowReadingOnly(database); // expressions of the schema become part of our statements
    const tables = writtenTables(database);
    const results = tables.map((table, at) => {
      progress(at, tables.length);
      return hurtTables.includes(table.name) ? NOT_CHECKED : checkTable(database, table);
    });
    return {
      breaches: results.flatMap(({ breaches }) => breaches),
      checked: results.reduce((sum, { checked }) => sum + checked, 0),
      complete: results.every(({ complete }) => complete),
    };
  } catch (error) {
    throw engineError(path, error);
  }
};

const NOT_CHECKED: IntegrityOutput = { breaches: [], checked: 0, complete: false };

/** One table that cannot be read does not keep the others from being checked. */
function checkTable(database: DatabaseSync, table: WrittenTable): IntegrityOutput {
  try {
    const rules = readRules(database, table);
    const breaches = [
      ...checkRows(database, rules),
      ...checkUniques(database, rules),
      ...checkReferences(database, rules),
    ];
    return { breaches, checked: countRules(rules), complete: true };
  } catch (error) {
    const code = sqliteCode(error);
    if (code === ERROR) {
      const breach = unchecked({ table: table.name, column: null, index: null }, error);
      return { breaches: [breach], checked: 0, complete: true };
    }
    if (code !== CORRUPT && code !== NOT_A_DATABASE && code !== IO_ERROR) throw error;
    return { breaches: [unreadable(table.name, error)], checked: 0, complete: false };
  }
}

function countRules(rules: TableRules): number {
  return countRowRules(rules) + rules.uniques.length + rules.references.length;
}

function unreadable(table: string, error: unknown): Breach {
  return {
    code: "sqlite.table.unreadable",
    table,
    column: null,
    index: null,
    description: `the engine cannot read ${table} to its end: ${messageOf(error)}`,
    evidence: messageOf(error),
  };
}
