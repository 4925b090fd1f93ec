import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, beforeEach, describe, it } from "node:test";

import { preflight } from "./preflight.ts";

const folder = mkdtempSync(join(tmpdir(), "salvor-preflight-"));
const chinook = new URL("../../../../test/data/chinook.sqlite", import.meta.url).pathname;
const path = join(folder, "live.sqlite");
const FRAME = 24 + 4096;

beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});
after(() => rmSync(folder, { recursive: true }));

/** The bytes of a database in WAL mode with three commits that were never checkpointed. */
function withWal(): void {
  const origin = join(folder, "origin.sqlite");
  const database = new DatabaseSync(origin);
  database.exec("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0");
  for (const value of [1, 2, 3]) database.exec(`INSERT INTO t VALUES (${value})`);
  copyFileSync(origin, path);
  copyFileSync(`${origin}-wal`, `${path}-wal`);
  database.close();
}

function overwrite(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 255;
  writeFileSync(file, bytes);
}

/** Verdict and codes; and the proof that looking changed nothing. */
function look(): readonly string[] {
  const state = (): unknown =>
    readdirSync(folder).map((name) => {
      const { size, mtimeMs, ino } = statSync(join(folder, name));
      return [name, size, mtimeMs, ino];
    });
  const before = state();
  const { verdict, observations } = preflight(path);
  assert.deepEqual(state(), before);
  return [verdict, ...observations.map(({ code }) => code)];
}

describe("preflight lets the engine look", () => {
  it("at a sound database", () => {
    copyFileSync(chinook, path);
    assert.deepEqual(look(), ["engine"]);
  });

  it("at a database whose header lets nobody write, and says so", () => {
    copyFileSync(chinook, path);
    overwrite(path, 18);
    assert.deepEqual(look(), ["engine", "sqlite.header.write-version"]);
    const database = new DatabaseSync(path);
    assert.throws(() => database.exec("CREATE TABLE t (a)"), /readonly/);
    database.close();
  });

  it("at a -wal with commits", () => {
    withWal();
    assert.deepEqual(look(), ["engine"]);
    assert.equal(preflight(path).wal?.committedFrames, 3);
  });

  it("at a -wal whose last transaction was never finished", () => {
    withWal();
    overwrite(`${path}-wal`, 32 + 2 * FRAME + 100);
    assert.deepEqual(look(), ["engine", "sqlite.wal.tail"]);
    assert.equal(preflight(path).wal?.committedFrames, 2);
  });

  it("at a -wal that was begun anew over an older one", () => {
    const database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    for (let count = 0; count < 9; count++) database.exec("INSERT INTO t VALUES (1)");
    database.exec("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (2)");
    assert.equal(preflight(path).verdict, "engine");
    assert.equal(preflight(path).wal?.committedFrames, 1);
    database.close();
  });

  it("at an empty file", () => {
    writeFileSync(path, "");
    assert.deepEqual(look(), ["engine", "sqlite.file.empty"]);
  });

  it("beside a journal that was cleared", () => {
    const database = new DatabaseSync(path);
    database.exec("PRAGMA journal_mode = PERSIST; CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    database.close();
    assert.ok(statSync(`${path}-journal`).size > 0);
    assert.deepEqual(look(), ["engine"]);
  });
});

describe("preflight has it copied first", () => {
  it("when a transaction was interrupted", async () => {
    await using writer = await openTransaction();
    // While the writer lives its journal is no concern of ours.
    assert.deepEqual(look(), ["engine"]);
    writer.child.kill("SIGKILL");
    await once(writer.child, "exit");
    assert.deepEqual(look(), ["copy", "sqlite.journal.hot"]);
  });

  it("when there is a -wal beside an empty file without commits", () => {
    writeFileSync(path, "");
    writeFileSync(`${path}-wal`, Buffer.alloc(40));
    assert.deepEqual(look(), ["copy", "sqlite.file.empty"]);
  });
});

describe("preflight refuses", () => {
  it("a file that is not there", () => assert.deepEqual(look(), ["refuse", "sqlite.file.missing"]));

  it("a folder", () => {
    mkdirSync(path);
    assert.deepEqual(look(), ["refuse", "sqlite.file.kind"]);
  });

  for (const [what, damage, code] of [
    ["a broken magic", () => overwrite(path, 3), "sqlite.header.magic"],
    ["an impossible page size", () => overwrite(path, 17), "sqlite.header.page-size"],
    ["a version from the future", () => overwrite(path, 19), "sqlite.header.version"],
    ["an unknown encoding", () => overwrite(path, 56), "sqlite.header.field"],
    ["a file of sixty bytes", () => truncateSync(path, 60), "sqlite.file.short"],
    [
      "a file that lost its second half",
      () => truncateSync(path, 500_000),
      "sqlite.file.truncated",
    ],
  ] as const) {
    it(what, () => {
      copyFileSync(chinook, path);
      damage();
      assert.equal(look().slice(0, 2).join(" "), `refuse ${code}`);
    });
  }

  it("a -wal with a broken header and frames behind it", () => {
    withWal();
    overwrite(`${path}-wal`, 9);
    assert.deepEqual(look(), ["refuse", "sqlite.wal.header"]);
  });

  it("a -wal that is broken before a commit", () => {
    withWal();
    overwrite(`${path}-wal`, 32 + FRAME + 100);
    assert.deepEqual(look(), ["refuse", "sqlite.wal.frame"]);
  });

  it("an empty file beside a -wal with commits, which the engine would delete", () => {
    withWal();
    writeFileSync(path, "");
    assert.equal(look().slice(0, 2).join(" "), "refuse sqlite.file.emptied");
  });

  it("a journal of a transaction that was over long ago", () => {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA cache_size = 5; PRAGMA cache_spill = 5;
      CREATE TABLE t (a); CREATE TABLE gone AS SELECT zeroblob(90000) AS b`);
    database.exec("BEGIN; DROP TABLE gone; INSERT INTO t SELECT zeroblob(90000)");
    copyFileSync(`${path}-journal`, `${path}.old`);
    database.exec("COMMIT");
    copyFileSync(`${path}.old`, `${path}-journal`);
    database.close();
    // The last transaction's own: it may have died a moment before its journal went.
    assert.deepEqual(look(), ["copy", "sqlite.journal.hot"]);
    rmSync(`${path}-journal`);
    const later = new DatabaseSync(path);
    later.exec("INSERT INTO t VALUES (1)");
    later.close();
    copyFileSync(`${path}.old`, `${path}-journal`);
    assert.deepEqual(look(), ["refuse", "sqlite.journal.stale", "sqlite.journal.hot"]);
  });

  it("a journal that is none", () => {
    copyFileSync(chinook, path);
    writeFileSync(`${path}-journal`, "no journal at all");
    assert.deepEqual(look(), ["refuse", "sqlite.journal.damaged"]);
  });
});

describe("a fingerprint", () => {
  for (const mode of ["WAL", "DELETE"]) {
    it(`changes with every commit and with nothing else in mode ${mode}`, () => {
      const database = new DatabaseSync(path);
      database.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE t (a)`);
      const seen = new Set([ask()]);
      for (let commit = 0; commit < 5; commit++) {
        database.exec("INSERT INTO t VALUES (1)");
        const now = ask();
        assert.ok(!seen.has(now));
        seen.add(now);
        database.prepare("SELECT count(*) FROM t").get();
        database.exec("BEGIN; INSERT INTO t VALUES (2); ROLLBACK");
        assert.equal(ask(), now);
      }
      database.close();
    });
  }
});

/** From another process: ours has the database open with the engine. */
function ask(): string {
  const module = new URL("preflight.ts", import.meta.url).href;
  const program = `import { fingerprint } from ${JSON.stringify(module)}; process.stdout.write(fingerprint(${JSON.stringify(path)}))`;
  return execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
}

/** A process in the middle of a transaction that has begun to write into the database itself. */
async function openTransaction(): Promise<AsyncDisposable & { readonly child: ChildProcess }> {
  const program = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(${JSON.stringify(path)});
    database.exec("PRAGMA cache_size = 2; CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(200000))");
    database.exec("BEGIN; PRAGMA cache_spill = 1; UPDATE t SET a = zeroblob(200001); INSERT INTO t VALUES (zeroblob(100000))");
    process.stdout.write("ready");
    setInterval(() => database, 1000);`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}
