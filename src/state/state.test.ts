import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { setImmediate as breathe } from "node:timers/promises";

import { temporaryFolder } from "../../test/support/folder.ts";
import { runProcess } from "../../test/support/processes.ts";
import { systemWorld } from "../core/world.ts";
import { Connection } from "./connection.ts";
import { isRunHeld, lockRun, lockStore } from "./locks.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { openState } from "./open-state.ts";

const world = systemWorld();
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

/** A program that imports what the tests import; its arguments begin at `argv[1]`. */
function program(body: string): string {
  const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  return `
    import { systemWorld } from ${module("../core/world.ts")};
    import { openState } from ${module("./open-state.ts")};
    const world = systemWorld();
    ${body}
  `;
}

async function run(body: string, ...args: readonly string[]): Promise<string> {
  const flags = ["--input-type=module", "-e", program(body), ...args];
  const result = await runProcess(process.execPath, flags);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

describe("the state", () => {
  it("is made on first use, for nobody else's eyes, and keeps its identity", async () => {
    await using folder = await temporaryFolder();
    const before = process.umask(0o000);
    try {
      using state = await openState(folder.join("a", "state"), world);
      using again = await openState(folder.join("a", "state"), world);
      assert.match(state.id, /^[0-9a-f]{32}$/);
      assert.equal(again.id, state.id);
      await state.transaction((writer) => writer.run("INSERT INTO identity VALUES ('x', 'y')"));
      for (const name of await readdir(state.folder)) {
        assert.equal(await modeOf(folder.join("a", "state", name)), 0o600, name);
      }
    } finally {
      process.umask(before);
    }
    assert.equal(await modeOf(folder.join("a", "state")), 0o700);
  });

  it("closes a folder that others could look into", async () => {
    await using folder = await temporaryFolder();
    await mkdir(folder.join("state"));
    await chmod(folder.join("state"), 0o755);
    using _state = await openState(folder.join("state"), world);
    assert.equal(await modeOf(folder.join("state")), 0o700);
  });

  it("keeps all of a transaction or nothing", async () => {
    await using folder = await temporaryFolder();
    using state = await openState(folder.path, world);
    const work = state.transaction((writer) => {
      writer.run("INSERT INTO identity VALUES ('half', 'done')");
      throw new Error("changed my mind");
    });
    await assert.rejects(work, /changed my mind/);
    assert.equal(state.get("SELECT 1 FROM identity WHERE key = 'half'"), null);
  });

  it("waits for another writer without stopping the process", async () => {
    await using folder = await temporaryFolder();
    using state = await openState(folder.path, world);
    using other = new DatabaseSync(folder.join("state.sqlite"));
    other.exec("BEGIN IMMEDIATE");
    const writing = state.transaction((writer) =>
      writer.run("INSERT INTO identity VALUES ('late', 'but there')"),
    );
    await world.sleep(20, new AbortController().signal);
    other.exec("COMMIT");
    assert.equal(await writing, 1);
  });

  it("is made once when many processes are the first at once, and loses none of their writes", async () => {
    await using folder = await temporaryFolder();
    const body = `
      using state = await openState(process.argv[1], world);
      for (let i = 0; i < 20; i += 1)
        await state.transaction((writer) =>
          writer.run("INSERT INTO identity VALUES (?, ?)", process.pid + " " + i, "x"));
      process.stdout.write(state.id);
    `;
    const ids = await Promise.all(
      Array.from({ length: 6 }, () => run(body, folder.join("new", "state"))),
    );
    assert.equal(new Set(ids).size, 1);
    using state = await openState(folder.join("new", "state"), world);
    assert.equal(state.get("SELECT count(*) AS n FROM identity")?.["n"], 6 * 20 + 1);
  });
});

describe("a backup of the state", () => {
  it("is one file, private, and holds one committed instant while others write", async () => {
    await using folder = await temporaryFolder();
    using state = await openState(folder.join("state"), world);
    const over = new AbortController();
    const writing = (async () => {
      for (let i = 0; !over.signal.aborted; i += 1) {
        await breathe();
        await state.transaction((writer) => {
          writer.run("INSERT INTO identity VALUES (?, '')", `a${i}`);
          writer.run("INSERT INTO identity VALUES (?, '')", `b${i}`);
        });
      }
    })();
    await state.backupTo(folder.join("copy.sqlite"));
    over.abort();
    await writing;
    assert.equal(await modeOf(folder.join("copy.sqlite")), 0o600);
    using copy = new DatabaseSync(folder.join("copy.sqlite"), { readOnly: true });
    const row = copy.prepare("SELECT count(*) % 2 AS odd FROM identity").get();
    assert.equal(row?.["odd"], 1); // pairs, and the identity itself
    const names = (await readdir(folder.path)).filter((name) => name.startsWith("copy"));
    assert.deepEqual(names, ["copy.sqlite"]);
  });

  it("does not replace a file", async () => {
    await using folder = await temporaryFolder();
    using state = await openState(folder.join("state"), world);
    await writeFile(folder.join("precious"), "precious");
    await assert.rejects(state.backupTo(folder.join("precious")), { code: "NOT_EMPTY" });
    assert.equal(await readFile(folder.join("precious"), "utf8"), "precious");
  });
});

describe("an older state", () => {
  const older = migrations.slice(0, 1);
  const oldState = async (path: string) => {
    await writeFile(path, "");
    const connection = new Connection(path, world);
    connection.execute("PRAGMA journal_mode = WAL");
    await migrate(connection, older);
    connection.execute("INSERT INTO identity VALUES ('kept', 'from before')");
    connection[Symbol.dispose]();
  };

  it("is migrated, and a copy from before is kept beside", async () => {
    await using folder = await temporaryFolder();
    await oldState(folder.join("state.sqlite"));
    using state = await openState(folder.path, world);
    const kept = "SELECT value FROM identity WHERE key = 'kept'";
    assert.equal(state.get(kept)?.["value"], "from before");
    assert.deepEqual(state.all("SELECT * FROM trail"), []);
    const copy = folder.join("state.sqlite.schema-1");
    assert.equal(await modeOf(copy), 0o600);
    using before = new DatabaseSync(copy, { readOnly: true });
    assert.equal(before.prepare("PRAGMA user_version").get()?.["user_version"], 1);
    assert.equal(before.prepare(kept).get()?.["value"], "from before");
  });

  it("is migrated once when many processes open it at once", async () => {
    await using folder = await temporaryFolder();
    await oldState(folder.join("state.sqlite"));
    const body = "using state = await openState(process.argv[1], world);";
    await Promise.all(Array.from({ length: 6 }, () => run(body, folder.path)));
    using state = await openState(folder.path, world);
    const { length } = migrations;
    assert.equal(state.get("PRAGMA user_version")?.["user_version"], length);
    using before = new DatabaseSync(folder.join("state.sqlite.schema-1"), { readOnly: true });
    assert.equal(before.prepare("PRAGMA user_version").get()?.["user_version"], 1);
  });

  it("stays as it was when a migration fails halfway", async () => {
    await using folder = await temporaryFolder();
    await oldState(folder.join("state.sqlite"));
    using connection = new Connection(folder.join("state.sqlite"), world);
    const broken = { name: "broken", sql: "CREATE TABLE half (x); CREATE TABLE half (x);" };
    await assert.rejects(migrate(connection, [...older, broken]));
    assert.equal(connection.get("SELECT 1 FROM sqlite_schema WHERE name = 'half'"), null);
    assert.equal(connection.get("PRAGMA user_version")?.["user_version"], 1);
  });
});

describe("a state that this Salvor cannot use", () => {
  it("is refused when a newer one has written it, and stays untouched", async () => {
    await using folder = await temporaryFolder();
    {
      using _state = await openState(folder.path, world);
    }
    {
      using database = new DatabaseSync(folder.join("state.sqlite"));
      database.exec("PRAGMA user_version = 99");
    }
    await assert.rejects(openState(folder.path, world), { code: "STATE_TOO_NEW" });
  });

  it("is not written any more when a newer one migrates it meanwhile", async () => {
    await using folder = await temporaryFolder();
    using state = await openState(folder.path, world);
    {
      using database = new DatabaseSync(folder.join("state.sqlite"));
      database.exec("PRAGMA user_version = 99");
    }
    const writing = state.transaction((writer) => writer.run("DELETE FROM identity"));
    await assert.rejects(writing, { code: "STATE_TOO_NEW" });
    assert.notEqual(state.get("SELECT 1 FROM identity"), null);
  });

  it("is called damaged when it is no database, was cut, or is somebody else's", async () => {
    await using folder = await temporaryFolder();
    const damaged = { code: "STATE_DAMAGED", hint: /Move .*state\.sqlite/ };
    const path = folder.join("state.sqlite");
    await writeFile(
      path,
      "this was never a database, and it is long enough to be told from one".repeat(20),
    );
    await assert.rejects(openState(folder.path, world), damaged);

    await writeFile(path, "");
    {
      using _state = await openState(folder.path, world);
    }
    await truncate(path, 4_096 * 2);
    await assert.rejects(openState(folder.path, world), damaged);

    await writeFile(path, "");
    {
      using database = new DatabaseSync(path);
      database.exec("CREATE TABLE customers (id)");
    }
    await assert.rejects(openState(folder.path, world), damaged);
    using database = new DatabaseSync(path, { readOnly: true });
    assert.equal(database.prepare("PRAGMA journal_mode").get()?.["journal_mode"], "delete");
  });
});

describe("locks", () => {
  it("give a store to one at a time, whatever its name, inside the state's folder", async () => {
    await using folder = await temporaryFolder();
    for (const store of ["shop", "../../etc/passwd", "Größe", "a".repeat(300)]) {
      {
        await using _held = await lockStore(folder.path, store, world);
        await assert.rejects(lockStore(folder.path, store, world), { code: "STORE_BUSY" });
      }
      await using _again = await lockStore(folder.path, store, world);
    }
    assert.deepEqual(await readdir(folder.path), ["locks"]);
  });

  it("tell whether a run is held without getting in its way", async () => {
    await using folder = await temporaryFolder();
    assert.equal(await isRunHeld(folder.path, "run_1", world), false);
    {
      await using held = await lockRun(folder.path, "run_1", world);
      assert.equal(await isRunHeld(folder.path, "run_1", world), true);
      await held.retire();
    }
    assert.equal(await isRunHeld(folder.path, "run_1", world), false);
    assert.deepEqual(await readdir(folder.join("locks")), []);
  });
});
