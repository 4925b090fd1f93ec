import { DatabaseSync } from "node:sqlite";

import { APPLIED_SCHEMA } from "../applied/memory.ts";
import type { ProjectionTable } from "../types.ts";
import { createTables } from "./user-tables.ts";
import { insertRecord, RECORD_SCHEMA, type StateRecord } from "./record.ts";

/** Kibibytes of pages that are kept in memory. */
const CACHE_KIB = 32_000;
/** Pages of the write-ahead log before they are moved into the database. */
const WAL_PAGES = 8_000;

/**
 * Opens the draft of a state for whoever builds it, alone. Its write-ahead log is not synced at each
 * transaction: after a power cut the last ones may be missing, whole and from the end.
 *
 * @throws {Error} of the engine: busy when another process builds it.
 */
export function openDraft(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -${CACHE_KIB};
      PRAGMA wal_autocheckpoint = ${WAL_PAGES}; BEGIN IMMEDIATE; COMMIT`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Makes all tables of a new state in one transaction. */
export function createState(
  database: DatabaseSync,
  record: StateRecord,
  tables: Readonly<Record<string, ProjectionTable>>,
): void {
  database.exec("BEGIN IMMEDIATE");
  database.exec(RECORD_SCHEMA);
  database.exec(APPLIED_SCHEMA);
  createTables(database, tables);
  insertRecord(database, record);
  database.exec("COMMIT");
}

/** Makes the draft one synced file, as a database is that nobody has open. */
export function settleDraft(database: DatabaseSync): void {
  database.exec("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)");
  database.exec("PRAGMA journal_mode = DELETE");
}
