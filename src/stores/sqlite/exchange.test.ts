import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import { startHolder } from "../../../test/journeys/holder.ts";
import { memoryFolder } from "../../../test/support/folder.ts";
import { nodeDisk } from "../../core/disk.ts";
import { WorkerPool } from "../../core/pool.ts";
import { systemWorld } from "../../core/world.ts";
import { Hosts } from "../host/hosts.ts";
import type { Quarantine, Store } from "../types.ts";
import { sqliteDriver } from "./driver.ts";

const signal = AbortSignal.timeout(60_000);

// Goal: what the engine accepts is replaced by the engine, so that it is whole at each instant.
// Method: the file keeps its inode; a rename would give it another.

describe("an exchange of a sound database in WAL mode for one with other pages", () => {
  it("goes through the engine, with what lay in the -wal in quarantine", async () => {
    await using stand = await openStand();
    writeAndDie(stand.path, `${PAGES_1024} PRAGMA journal_mode = WAL; ${rows("old")}`);
    const { ino } = statSync(stand.path);
    const quarantine = await stand.quarantine();
    await stand.exchange(quarantine);
    assert.deepEqual(read(stand.path), { word: "new", page_size: 4096, journal_mode: "wal" });
    assert.equal(statSync(stand.path).ino, ino);
    assert.deepEqual(quarantine.files, ["live.sqlite", "live.sqlite-wal"]);
    assert.equal(read(quarantine.address).word, "old");
  });

  it("loses nothing that was committed after the quarantine", async () => {
    await using stand = await openStand();
    writeAndDie(stand.path, `${PAGES_1024} PRAGMA journal_mode = WAL; ${rows("old")}`);
    const quarantine = await stand.quarantine();
    writeAndDie(stand.path, "UPDATE word SET word = 'newest'");
    await assert.rejects(stand.exchange(quarantine), { code: "STORE_CHANGED" });
    assert.deepEqual(read(stand.path), { word: "newest", page_size: 1024, journal_mode: "wal" });
  });

  it("names the program that has it open, and touches nothing", async () => {
    await using stand = await openStand({ busyTimeoutMs: 200 });
    execute(stand.path, `${PAGES_1024} PRAGMA journal_mode = WAL; ${rows("old")}`);
    await using holder = await startHolder(stand.path);
    await holder.sql("UPDATE word SET word = 'held'");
    const refused = stand.exchange(await stand.quarantine());
    const named = new RegExp(`open in process ${holder.pid} `);
    await assert.rejects(refused, { code: "STORE_BUSY", message: named });
    assert.deepEqual(await holder.sql("SELECT DISTINCT word FROM word"), [{ word: "held" }]);
    assert.equal(read(stand.path).journal_mode, "wal");
  });
});

describe("an exchange of a database that a writer left with a hot journal", () => {
  it("goes through the engine, after what the journal undoes has been undone", async () => {
    await using stand = await openStand();
    execute(stand.path, rows("old"));
    writeAndDie(stand.path, "PRAGMA cache_size = 2; BEGIN; UPDATE word SET word = 'torn'");
    assert.ok(existsSync(`${stand.path}-journal`), "the writer left no journal");
    const { ino } = statSync(stand.path);
    await assert.rejects(stand.exchange(await stand.quarantine()), { code: "STORE_CHANGED" });
    assert.equal(read(stand.path).word, "old");
    await stand.exchange(await stand.quarantine());
    assert.equal(read(stand.path).word, "new");
    assert.equal(statSync(stand.path).ino, ino);
  });
});

describe("an exchange where a folder has the database's name", () => {
  it("moves the folder aside with all that is in it, and brings it back when it is undone", async () => {
    await using stand = await openStand();
    mkdirSync(stand.path);
    writeFileSync(join(stand.path, "kept"), "somebody's");
    const quarantine = await stand.quarantine();
    assert.deepEqual(quarantine.files, []);
    await stand.exchange(quarantine);
    assert.equal(read(stand.path).word, "new");
    const [aside = ""] = readdirSync(dirname(stand.path)).filter((name) => name.includes("aside"));
    assert.equal(readFileSync(join(dirname(stand.path), aside, "kept"), "utf8"), "somebody's");
    await stand.putBack(quarantine);
    assert.equal(readFileSync(join(stand.path, "kept"), "utf8"), "somebody's");
    await stand.putBack(quarantine);
    assert.deepEqual(readdirSync(stand.path), ["kept"]);
  });
});

const PAGES_1024 = "PRAGMA page_size = 1024;";

interface Stand extends AsyncDisposable {
  readonly path: string;
  quarantine(): Promise<Quarantine>;
  exchange(quarantine: Quarantine): Promise<void>;
  putBack(quarantine: Quarantine): Promise<void>;
}

/** A live database that is yet to be made, and a sound one beside whose only word is "new". */
async function openStand(options: { busyTimeoutMs?: number } = {}): Promise<Stand> {
  const folder = await memoryFolder();
  const pool = new WorkerPool(1);
  const hosts = new Hosts();
  const scratch = folder.path;
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch };
  const path = folder.join("live.sqlite");
  const beside = folder.join("beside.sqlite");
  execute(beside, `PRAGMA journal_mode = WAL; ${rows("new")}`);
  const live: Store = await sqliteDriver.open("live", { path, ...options }, context);
  return {
    path,
    quarantine: () => live.quarantine(folder.join("quarantine"), signal),
    exchange: (quarantine) => live.exchange(beside, quarantine, { unseen: true }, signal),
    putBack: (quarantine) => live.putBack(quarantine, { unseen: true }, signal),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Statements that make a table of many pages, every row of which says the same. */
function rows(word: string): string {
  return `CREATE TABLE word (id INTEGER PRIMARY KEY, word TEXT, ballast BLOB);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
      INSERT INTO word SELECT i, '${word}', randomblob(500) FROM n`;
}

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

/** A program that is killed with the database open, as it left off. */
function writeAndDie(path: string, sql: string): void {
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    new DatabaseSync(process.argv[1]).exec(process.argv[2]);
    process.kill(process.pid, "SIGKILL");`;
  const { signal: ended, stderr } = spawnSync(process.execPath, ["--eval", script, path, sql]);
  assert.equal(ended, "SIGKILL", String(stderr));
}

interface Found {
  readonly word: string;
  readonly page_size: number;
  readonly journal_mode: string;
}

/** What a program finds that opens it next: the one word of all rows, and how the file is made. */
function read(path: string): Found {
  using database = new DatabaseSync(path);
  const words = database.prepare("SELECT DISTINCT word FROM word").all();
  assert.equal(words.length, 1, "a mixture of old and new");
  const pragmas = ["page_size", "journal_mode"].map((each) => database.prepare(`PRAGMA ${each}`));
  return Object.assign({}, words[0], ...pragmas.map((each) => each.get())) as Found;
}
