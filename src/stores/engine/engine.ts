import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { SalvorError, messageOf } from "../../core/errors.ts";
import { isBusy } from "../../core/lock.ts";

const READ_ONLY = 8;
const IO_ERROR = 10;
const FULL = 13;

/** Extended codes of what the engine could not read, or not to its end: the store's own trouble. */
const UNREADABLE: readonly unknown[] = [266, 522];

/** Makes a connection to a database that we do not trust as harmless as the engine can. */
export function guard(database: DatabaseSync): void {
  database.enableDefensive(true);
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0");
}

/**
 * Opens a settled file that nobody else uses. `immutable`: without it the engine would leave an empty
 * -wal and a -shm beside a database in WAL mode.
 *
 * @param options `enableDoubleQuotedStringLiterals`: reads expressions as a schema's are read.
 */
export function openSettled(
  path: string,
  options: Pick<DatabaseSyncOptions, "enableDoubleQuotedStringLiterals"> = {},
): DatabaseSync {
  const url = pathToFileURL(path);
  url.search = "immutable=1";
  const database = new DatabaseSync(url, { ...options, readOnly: true });
  guard(database);
  return database;
}

/** Primary code of an SQLite error, or null for any other value. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !("errcode" in error)) return null;
  return typeof error.errcode === "number" ? error.errcode & 0xff : null;
}

/** What the engine said about a store, as one of our errors. */
export function engineError(path: string, error: unknown): SalvorError {
  if (error instanceof SalvorError) return error;
  const cause = { cause: error };
  if (isBusy(error)) {
    return new SalvorError("STORE_BUSY", `${path} is locked by another process`, {
      hint: "Wait until its transaction has ended, or stop that program, and try again.",
      ...cause,
    });
  }
  switch (sqliteCode(error)) {
    case FULL:
      return new SalvorError("DISK_FULL", `there is no room left to copy or write ${path}`, {
        hint: "Free some space on that file system and run the command again; nothing was lost.",
        ...cause,
      });
    case READ_ONLY:
      return new SalvorError("PERMISSION_DENIED", `${path} may not be written here`, {
        hint: "Run as the user that owns it, or change its permissions.",
        ...cause,
      });
    case IO_ERROR:
      return isUnreadable(error) ? damaged(path, error) : writeFailed(path, error);
    default:
      return damaged(path, error);
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && UNREADABLE.includes(error.errcode);
}

function damaged(path: string, cause: unknown): SalvorError {
  return new SalvorError("STORE_DAMAGED", `the engine refuses ${path}: ${messageOf(cause)}`, {
    hint: 'Run "salvor restore <store>@latest --in-place" to bring back the newest snapshot.',
    cause,
  });
}

function writeFailed(path: string, cause: unknown): SalvorError {
  return new SalvorError("DISK_FAILED", `copying or writing ${path} failed: ${messageOf(cause)}`, {
    hint: "Check free space (df), limits on files (ulimit -f) and the disk (dmesg), then try again.",
    cause,
  });
}
