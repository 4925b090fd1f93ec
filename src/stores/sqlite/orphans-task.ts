import { type DatabaseSync } from "node:sqlite";

import type { HostTask } from "../host/messages.ts";
import { engineError, openSettled } from "../engine/engine.ts";

/** The image, and the tables whose references only the engine can follow. */
export interface OrphansInput {
  readonly path: string;
  readonly tables: readonly string[];
}

/** Orphans of one table's foreign keys in the order of their declaration; null: it cannot tell. */
export type TableOrphans = readonly number[] | null;

const CACHE_KIB = 65_536;

/** Lets the engine count, for each declared foreign key of some tables, the rows that point nowhere. */
export const task: HostTask<OrphansInput, readonly TableOrphans[]> = async ({ path, tables }) => {
  try {
    const database = openSettled(path);
    try {
      // Children look up their parents at random: with the default 2 MB it takes twice as long.
      database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
      return tables.map((table) => countOrphans(database, table));
    } finally {
      database.close();
    }
  } catch (error) {
    throw engineError(path, error);
  }
};

/** Null where the parent's key is not unique, say. The engine numbers the last declared one 0. */
function countOrphans(database: DatabaseSync, table: string): TableOrphans {
  try {
    const keys = database
      .prepare("SELECT count(DISTINCT id) AS keys FROM pragma_foreign_key_list(?)")
      .get(table);
    const rows = database
      .prepare("SELECT fkid, count(*) AS orphans FROM pragma_foreign_key_check(?) GROUP BY fkid")
      .all(table);
    const byId = new Map(rows.map((row) => [Number(row["fkid"]), Number(row["orphans"])]));
    return Array.from(
      { length: Number(keys?.["keys"]) },
      (_, id) => byId.get(id) ?? 0,
    ).toReversed();
  } catch {
    return null;
  }
}
