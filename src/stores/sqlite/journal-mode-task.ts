import { DatabaseSync } from "node:sqlite";

import type { HostTask } from "../host/messages.ts";
import { engineError, guard } from "../engine/engine.ts";
import { fingerprintUnderLock, patiently, refuseMoved, type Locked } from "./under-lock.ts";

/** Which live database goes over to another journal mode. */
export interface JournalModeInput extends Locked {
  readonly to: "delete" | "wal";
  /** What the live state must still be once nobody else can commit; null: whatever it is. */
  readonly fingerprint: string | null;
}

/**
 * Changes the journal mode of a live database that nobody else has open; the engine keeps its
 * content whole at each instant. Leaving WAL mode moves what lies in the -wal into the file.
 *
 * @returns the fingerprint afterwards, taken while nobody else could commit.
 */
export const task: HostTask<JournalModeInput, string> = async (input) => {
  try {
    return await patiently(input, () => change(input));
  } catch (error) {
    throw engineError(input.live, error);
  }
};

function change({ live, to, fingerprint }: JournalModeInput): string {
  using database = new DatabaseSync(live);
  guard(database);
  // From the first read to the end nobody else gets in, and whoever is in is waited for.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT");
  if (fingerprint !== null) refuseMoved(live, fingerprint);
  database.exec(`PRAGMA journal_mode = ${to}`);
  return fingerprintUnderLock(live);
}
