import { constants, type DatabaseSync } from "node:sqlite";

/** Pragmas that only tell something, as table-valued functions or from within a module. */
const TELLING_PRAGMAS: ReadonlySet<string> = new Set(
  (
    "application_id collation_list data_version encoding foreign_key_check foreign_key_list " +
    "freelist_count function_list index_info index_list index_xinfo integrity_check module_list " +
    "page_count page_size quick_check schema_version table_info table_list table_xinfo user_version"
  ).split(" "),
);

/** Functions that load code, or reach for what lies outside the database. */
const REACHING_FUNCTIONS: ReadonlySet<string> = new Set(
  "edit fts3_tokenizer load_extension readfile sqlite_log writefile".split(" "),
);

const {
  SQLITE_OK,
  SQLITE_DENY,
  SQLITE_SELECT,
  SQLITE_READ,
  SQLITE_RECURSIVE,
  SQLITE_FUNCTION,
  SQLITE_PRAGMA,
} = constants;

const ACTIONS: Readonly<Record<number, string>> = {
  [constants.SQLITE_ALTER_TABLE]: "ALTER TABLE",
  [constants.SQLITE_ANALYZE]: "ANALYZE",
  [constants.SQLITE_ATTACH]: "ATTACH",
  [constants.SQLITE_DELETE]: "DELETE",
  [constants.SQLITE_DETACH]: "DETACH",
  [constants.SQLITE_INSERT]: "INSERT",
  [constants.SQLITE_REINDEX]: "REINDEX",
  [constants.SQLITE_SAVEPOINT]: "SAVEPOINT",
  [constants.SQLITE_TRANSACTION]: "a transaction",
  [constants.SQLITE_UPDATE]: "UPDATE",
};

/**
 * Lets a connection do nothing but read rows from here on. The answer tells what was refused first,
 * in a word; null while nothing was.
 */
export function allowReadingOnly(database: DatabaseSync): () => string | null {
  let refused: string | null = null;
  database.setAuthorizer((action, first, second) => {
    const what = refusal(action, first, second);
    refused ??= what;
    return what === null ? SQLITE_OK : SQLITE_DENY;
  });
  return () => refused;
}

function refusal(action: number, first: string | null, second: string | null): string | null {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return null;
    case SQLITE_FUNCTION:
      return REACHING_FUNCTIONS.has((second ?? "").toLowerCase()) ? `${second}()` : null;
    case SQLITE_PRAGMA:
      return TELLING_PRAGMAS.has((first ?? "").toLowerCase()) ? null : `PRAGMA ${first}`;
    default:
      return ACTIONS[action] ?? "a change of the schema";
  }
}

/**
 * Lets modules set up what they need before {@link allowReadingOnly}: an R-tree, for one, prepares
 * the statements that write when it is first read. A module that is not there fails later, by name.
 */
export function connectVirtualTables(database: DatabaseSync): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage = 0")
    .all();
  for (const { name } of tables) {
    try {
      database.prepare(`SELECT 1 FROM "${String(name).replaceAll('"', '""')}" LIMIT 0`).all();
    } catch {
      // The rule that needs it says so.
    }
  }
}
