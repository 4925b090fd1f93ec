import { DATABASE_WRITER, isLocked } from "./lock-table.ts";
import { RawFile } from "./raw-file.ts";
import type { JournalFacts } from "./types.ts";

const MAGIC = "d9d505f920a163d7";
const HEADER_BYTES = 28;
/** Reads the head of a -journal, and asks the kernel whether its writer is still there. */
export function readJournal(path: string, databasePath: string): JournalFacts {
  using file = new RawFile(path);
  const header = Buffer.alloc(HEADER_BYTES);
  const filled = file.read(header, 0);
  const facts = { size: file.size, databasePages: header.readUInt32BE(16) };
  // The magic comes with the sync of the journal; before that nothing was written to the database.
  if (filled === 0 || header.readUInt8(0) === 0) return { ...facts, state: "idle" };
  if (isLocked(databasePath, DATABASE_WRITER)) return { ...facts, state: "active" };
  return { ...facts, state: header.toString("hex", 0, 8) === MAGIC ? "hot" : "damaged" };
}
