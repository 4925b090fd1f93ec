import { messageOf, SalvorError } from "../core/errors.ts";
import { fileTrouble } from "../core/file-trouble.ts";

// The low byte of SQLite's result codes: https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOTADB = 26;

/** The result code of an error of the engine without its extension; 0 for any other value. */
function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !("errcode" in error)) return 0;
  return typeof error.errcode === "number" ? error.errcode & 0xff : 0;
}

/** An error of the engine as one of ours; every other value as it is. */
export function stateError(path: string, error: unknown): unknown {
  switch (resultCode(error)) {
    case BUSY:
    case LOCKED:
      return new SalvorError("STORE_BUSY", `the state ${path} is in use by other processes`, {
        hint: "Wait until they have finished and run the command again.",
        cause: error,
      });
    case CORRUPT:
    case NOTADB:
      return damagedState(path, messageOf(error), error);
    default:
      return fileTrouble(path, error) ?? error;
  }
}

/** The state cannot be read; backups do not depend on it. */
export function damagedState(path: string, what: string, cause?: unknown): SalvorError {
  return new SalvorError("STATE_DAMAGED", `the state ${path} is damaged: ${what}`, {
    hint:
      `Move ${path}, ${path}-wal and ${path}-shm aside and run the command again; backups are not ` +
      "touched by this, and the repository and the copies beside it hold earlier states.",
    cause,
  });
}
