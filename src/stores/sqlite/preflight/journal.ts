import { DATABASE_WRITER, isLocked } from "./lock-table.ts";
import { RawFile } from "./raw-file.ts";
import type { JournalFacts } from "./types.ts";

const MAGIC = "d9d505f920a163d7";
const HEADER_BYTES = 28;
/** Each page is kept with its number before and a checksum behind it. */
const RECORD_BYTES = 8;
/** Where a database's first page counts the commits. */
const COUNTER_AT = 24;
/** More are not looked through: the first page is among the first that a transaction changes. */
const RECORDS_MAX = 100_000;

/** Reads the head of a -journal, and asks the kernel whether its writer is still there. */
export function readJournal(path: string, databasePath: string): JournalFacts {
  using file = new RawFile(path);
  const header = Buffer.alloc(HEADER_BYTES);
  const filled = file.read(header, 0);
  const facts = { size: file.size, databasePages: header.readUInt32BE(16), changeCounter: null };
  // The magic comes with the sync of the journal; before that nothing was written to the database.
  if (filled === 0 || header.readUInt8(0) === 0) return { ...facts, state: "idle" };
  if (isLocked(databasePath, DATABASE_WRITER)) return { ...facts, state: "active" };
  if (!isHeader(header)) return { ...facts, state: "damaged" };
  return { ...facts, state: "hot", changeCounter: counterKept(file) };
}

function isHeader(header: Buffer): boolean {
  return header.toString("hex", 0, 8) === MAGIC;
}

/** What the first page counted before the transaction; null where that page was not changed. */
function counterKept(file: RawFile): number | null {
  const header = Buffer.alloc(HEADER_BYTES);
  let read = 0;
  for (let at = 0; file.read(header, at) === HEADER_BYTES && isHeader(header);) {
    const sector = header.readUInt32BE(20);
    const record = header.readUInt32BE(24) + RECORD_BYTES;
    if (sector < 32 || record < 512 + RECORD_BYTES) return null;
    const room = Math.floor((file.size - at - sector) / record);
    const count = Math.min(header.readUInt32BE(8), room, RECORDS_MAX - read);
    for (let index = 0; index < count; index += 1) {
      const counter = counterIn(file, at + sector + index * record);
      if (counter !== null) return counter;
    }
    if (count <= 0) return null;
    read += count;
    at = Math.ceil((at + sector + count * record) / sector) * sector;
  }
  return null;
}

function counterIn(file: RawFile, record: number): number | null {
  const bytes = Buffer.alloc(4 + COUNTER_AT + 4);
  if (file.read(bytes, record) < bytes.length || bytes.readUInt32BE(0) !== 1) return null;
  return bytes.readUInt32BE(4 + COUNTER_AT);
}
