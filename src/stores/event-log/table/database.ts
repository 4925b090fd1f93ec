import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { SalvorError, systemCode } from "../../../core/errors.ts";
import { fileTrouble } from "../../../core/file-trouble.ts";
import { segmentError } from "../segments/trouble.ts";

/** Milliseconds that a statement waits for a writer. */
const BUSY_MS = 5_000;
// The low byte of SQLite's result codes: https://www.sqlite.org/rescode.html
const ERROR = 1;
const BUSY = 5;
const CORRUPT = 11;
const NOTADB = 26;

/**
 * Opens the database of a log, which must be whole enough for its engine. Nothing else in this process
 * may open its files.
 *
 * @throws {SalvorError} STORE_MISSING; STORE_DAMAGED for an empty file, beside which the engine would
 *   throw a write-ahead log away; PERMISSION_DENIED.
 */
export function openDatabase(path: string): DatabaseSync {
  if (sizeOf(path) === 0) throw damaged(path, "it is empty");
  return asked(path, () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
    return database;
  });
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw segmentError(path, error);
  }
}

/** Asks the engine; what it refuses comes out as one of our errors. */
export function asked<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (systemCode(error) !== "ERR_SQLITE_ERROR") throw error;
    throw engineError(path, error as Error & { readonly errcode?: number });
  }
}

function engineError(path: string, error: Error & { readonly errcode?: number }): SalvorError {
  switch ((error.errcode ?? 0) & 0xff) {
    case CORRUPT:
    case NOTADB:
      return damaged(path, error.message);
    case BUSY:
      return new SalvorError("STORE_BUSY", `${path} is locked by another program`, {
        hint: "Try again when it is done, or end it.",
        cause: error,
      });
    case ERROR:
      return new SalvorError("CONFIG_INVALID", `the events in ${path}: ${error.message}`, {
        hint: 'Check "table", "order" and "envelope" of the log in salvor.yaml.',
        cause: error,
      });
    default:
      return fileTrouble(path, error) ?? damaged(path, error.message);
  }
}

function damaged(path: string, what: string): SalvorError {
  return new SalvorError("STORE_DAMAGED", `the events in ${path} cannot be read: ${what}`, {
    hint: 'Look at it with "salvor scan", and mend it with "salvor recover".',
  });
}
