import { rm } from "node:fs/promises";

/** Removes a draft and what SQLite keeps beside it. Nobody may have it open. */
export async function discardDraft(path: string): Promise<void> {
  // The database last: beside another one, a log of changes would be taken for its own.
  for (const ending of ["-wal", "-shm", "-journal", ""])
    await rm(`${path}${ending}`, { force: true });
}
