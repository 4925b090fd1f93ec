import { DatabaseSync } from "node:sqlite";

import { type Connection, schemaVersion, tooNew } from "./connection.ts";
import { publish } from "./copy.ts";
import { type Migration, migrations } from "./migrations.ts";
import { damagedState } from "./sqlite-errors.ts";

/** "Slvr" in ASCII: tells a state of ours from any other SQLite database. */
const APPLICATION_ID = 0x536c7672;

/** Brings the state to the newest schema. Any number of processes may try at once. */
export async function migrate(connection: Connection, steps = migrations): Promise<void> {
  const keptVersion = schemaVersion(connection);
  while (!isCurrent(connection, steps)) {
    await connection.begin();
    try {
      if (keptVersion > 0) await copyBefore(connection, keptVersion);
      next(connection, steps);
      connection.commit();
    } catch (error) {
      connection.rollback();
      throw error;
    }
  }
}

function isCurrent(connection: Connection, steps: readonly Migration[]): boolean {
  const version = schemaVersion(connection);
  if (version > steps.length) throw tooNew(connection.path, version);
  refuseForeign(connection);
  return version === steps.length;
}

/** STATE_DAMAGED for a database that somebody else made; it must not be touched. */
export function refuseForeign(connection: Connection): void {
  // In this order: both come with the first migration, and another process may be making it now.
  if (connection.get("SELECT 1 FROM sqlite_schema") === null) return;
  if (connection.get("PRAGMA application_id")?.["application_id"] === APPLICATION_ID) return;
  throw damagedState(connection.path, "it is a database, but not one that Salvor made");
}

/** One migration, in the transaction that is open; nothing when somebody else was faster. */
function next(connection: Connection, steps: readonly Migration[]): void {
  const version = schemaVersion(connection);
  const step = steps[version];
  if (step === undefined) return;
  connection.execute(step.sql);
  connection.execute(`PRAGMA application_id = ${APPLICATION_ID}`);
  connection.execute(`PRAGMA user_version = ${version + 1}`);
}

/** Keeps the state as it was at `version`. The caller holds the write transaction meanwhile. */
async function copyBefore(connection: Connection, version: number): Promise<void> {
  if (schemaVersion(connection) !== version) return;
  await publish(`${connection.path}.schema-${version}`, (draft) => {
    // A second connection: the first one's transaction is open, where VACUUM is refused.
    const reader = new DatabaseSync(connection.path, { timeout: 2_000 });
    try {
      reader.prepare("VACUUM INTO ?").run(draft);
    } finally {
      reader.close();
    }
  });
}
