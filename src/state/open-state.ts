import { chmod, open, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";

import { diskError, makeFolderDurably, nodeDisk } from "../core/disk.ts";
import { SalvorError, systemCode } from "../core/errors.ts";
import type { World } from "../core/world.ts";
import { Connection } from "./connection.ts";
import { publish } from "./copy.ts";
import { migrate, refuseForeign } from "./migrate.ts";
import { text } from "./row.ts";
import { damagedState, stateError } from "./sqlite-errors.ts";
import type { State } from "./types.ts";

/**
 * Opens Salvor's own state, making or migrating it first where that is needed. While it is open, this
 * process must not open `state.sqlite`, its -wal or its -shm in any other way: closing such a handle
 * would drop the engine's locks.
 *
 * @param folder where it lies; made with mode 0700 when it is missing.
 * @throws {SalvorError} STATE_TOO_NEW, STATE_DAMAGED, PERMISSION_DENIED, STORE_BUSY, DISK_FULL.
 */
export async function openState(folder: string, world: World): Promise<State> {
  const absolute = resolve(folder);
  await makePrivateFolder(absolute);
  const path = join(absolute, "state.sqlite");
  await makeFile(path);
  const connection = new Connection(path, world);
  try {
    await prepare(connection);
    return stateOf(absolute, connection);
  } catch (error) {
    connection[Symbol.dispose]();
    throw stateError(path, error);
  }
}

async function makePrivateFolder(folder: string): Promise<void> {
  await makeFolderDurably(nodeDisk, folder);
  const found = await stat(folder);
  if (!found.isDirectory()) {
    throw new SalvorError("NOT_EMPTY", `${folder} is not a folder`, {
      hint: 'Name another folder under "state" in salvor.yaml.',
    });
  }
  if ((found.mode & 0o777) === 0o700 || found.uid !== process.getuid?.()) return;
  await chmod(folder, 0o700);
}

/** The engine would make it readable for everybody. Opens nothing when the file is there already. */
async function makeFile(path: string): Promise<void> {
  try {
    await using file = await open(path, "wx", 0o600);
    await file.chmod(0o600);
    await nodeDisk.syncFolder(dirname(path));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw diskError(path, error);
  }
}

async function prepare(connection: Connection): Promise<void> {
  await connection.patiently(() => {
    refuseForeign(connection);
    const mode = connection.get("PRAGMA journal_mode");
    if (mode?.["journal_mode"] !== "wal") connection.execute("PRAGMA journal_mode = WAL");
  });
  connection.execute(
    "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
  );
  await migrate(connection);
}

function stateOf(folder: string, connection: Connection): State {
  const id = connection.get("SELECT value FROM identity WHERE key = 'id'");
  if (id === null) throw damagedState(connection.path, "it has lost its identity");
  return {
    folder,
    id: text(id, "value"),
    all: connection.all.bind(connection),
    get: connection.get.bind(connection),
    transaction: (work) => connection.write(work),
    backupTo: (path) => backUp(connection.path, path),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

async function backUp(source: string, path: string): Promise<void> {
  if ((await nodeDisk.stat(path)) !== null) {
    throw new SalvorError("NOT_EMPTY", `${path} exists already`, {
      hint: "Name a path that does not exist yet.",
    });
  }
  await publish(path, async (draft) => {
    await copyInstant(source, draft);
    standAlone(draft);
  });
}

async function copyInstant(source: string, draft: string): Promise<void> {
  try {
    using reader = new DatabaseSync(source, { timeout: 2_000 });
    // Without an open transaction every commit by somebody else starts the copy again.
    reader.exec("BEGIN; SELECT count(*) FROM identity");
    await backup(reader, draft);
  } catch (error) {
    throw stateError(source, error);
  }
}

/** One file without companions: opening it later writes no -wal beside it. */
function standAlone(path: string): void {
  try {
    using copy = new DatabaseSync(path);
    copy.exec("PRAGMA journal_mode = DELETE");
  } catch (error) {
    throw stateError(path, error);
  }
}
