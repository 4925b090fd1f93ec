import type { DatabaseReader } from "./types.ts";

/** Opens a settled database file (no -wal, nobody writes) and reads its catalogue. */
export function openTables(path: string): DatabaseReader {
  throw new Error(`not yet: ${path}`);
}
