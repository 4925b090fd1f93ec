import { messageOf, SalvorError } from "./errors.ts";

// The low byte of SQLite's result codes: https://www.sqlite.org/rescode.html
const READONLY = 8;
const IOERR = 10;
const FULL = 13;
const CANTOPEN = 14;

/**
 * What SQLite says of a file of Salvor's own when the disk or its permissions are in the way, as one
 * of our errors; null for any other value.
 */
export function fileTrouble(path: string, error: unknown): SalvorError | null {
  if (!(error instanceof Error) || !("errcode" in error)) return null;
  const cause = error;
  switch (Number(error.errcode) & 0xff) {
    case READONLY:
    case CANTOPEN:
      return new SalvorError("PERMISSION_DENIED", `${path} may not be read or written here`, {
        hint: "Run as the user that owns it, or change its permissions.",
        cause,
      });
    case FULL:
      return new SalvorError("DISK_FULL", `there is no room left to write ${path}`, {
        hint: "Free some space on that file system and run the command again; nothing was lost.",
        cause,
      });
    case IOERR: // also a full disk, where the engine makes room for its shared memory
      return new SalvorError("DISK_FAILED", `writing ${path} failed: ${messageOf(error)}`, {
        hint: "Check free space (df), limits on files (ulimit -f) and the disk (dmesg), then try again.",
        cause,
      });
    default:
      return null;
  }
}
