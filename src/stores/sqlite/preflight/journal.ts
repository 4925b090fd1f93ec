import { readFileSync, statSync } from "node:fs";

import { RawFile } from "./raw-file.ts";
import type { JournalFacts } from "./types.ts";

const MAGIC = "d9d505f920a163d7";
const HEADER_BYTES = 28;
/** Where SQLite locks a database: PENDING, then RESERVED. */
const PENDING_BYTE = 0x4000_0000;
const RESERVED_BYTE = PENDING_BYTE + 1;

/** Reads the head of a -journal, and asks the kernel whether its writer is still there. */
export function readJournal(path: string, databasePath: string): JournalFacts {
  using file = new RawFile(path);
  const header = Buffer.alloc(HEADER_BYTES);
  const filled = file.read(header, 0);
  const facts = { size: file.size, databasePages: header.readUInt32BE(16) };
  // The magic comes with the sync of the journal; before that nothing was written to the database.
  if (filled === 0 || header.readUInt8(0) === 0) return { ...facts, state: "idle" };
  if (isWriterThere(databasePath)) return { ...facts, state: "active" };
  return { ...facts, state: header.toString("hex", 0, 8) === MAGIC ? "hot" : "damaged" };
}

/** Does a process of this host hold SQLite's lock for writing? False where /proc does not tell. */
function isWriterThere(databasePath: string): boolean {
  const { ino } = statSync(databasePath);
  try {
    return readFileSync("/proc/locks", "latin1")
      .split("\n")
      .some((line) => holdsReserved(line, ino));
  } catch {
    return false;
  }
}

/** A line is `1: POSIX ADVISORY WRITE 4711 08:01:12345 1073741825 1073741825`. */
function holdsReserved(line: string, inode: number): boolean {
  const [, , , kind, , file, from, to] = line.trim().split(/\s+/);
  if (kind !== "WRITE" || file?.split(":")[2] !== String(inode)) return false;
  return Number(from) <= RESERVED_BYTE && (to === "EOF" || Number(to) >= RESERVED_BYTE);
}
