import { readFileSync, statSync } from "node:fs";

/** The byte of a database that its writer locks (SQLite calls it RESERVED). */
export const DATABASE_WRITER = 0x4000_0001;
/** The byte of a -shm that the writer of a -wal locks. */
export const WAL_WRITER = 120;

/** Does a process of this host hold this byte for writing? False where /proc does not tell. */
export function isLocked(path: string, byte: number): boolean {
  try {
    const { ino } = statSync(path);
    return readFileSync("/proc/locks", "latin1")
      .split("\n")
      .some((line) => holds(line, ino, byte));
  } catch {
    return false;
  }
}

/** A line is `1: POSIX ADVISORY WRITE 4711 08:01:12345 1073741825 1073741825`. */
function holds(line: string, inode: number, byte: number): boolean {
  const [, , , kind, , file, from, to] = line.trim().split(/\s+/);
  if (kind !== "WRITE" || file?.split(":")[2] !== String(inode)) return false;
  return Number(from) <= byte && (to === "EOF" || Number(to) >= byte);
}
