import { DatabaseSync } from "node:sqlite";

import type { HostTask } from "../host/messages.ts";
import { engineError, guard } from "../engine/engine.ts";

/** The copy that shall stand alone. */
export interface MergeInput {
  /** A private copy of a database with its -wal or -journal beside it. */
  readonly path: string;
}

/**
 * Lets the engine roll a hot journal back, or move a -wal into the file, on a copy that is ours.
 * Afterwards the file stands alone.
 */
export const task: HostTask<MergeInput, null> = async ({ path }) => {
  try {
    using database = new DatabaseSync(path);
    guard(database);
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return null;
  } catch (error) {
    throw engineError(path, error);
  }
};
