import assert from "node:assert/strict";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, beforeEach, describe, it } from "node:test";

import { nodeDisk } from "../../../core/disk.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { systemWorld } from "../../../core/world.ts";
import { Hosts } from "../../host/hosts.ts";
import type { Inspection } from "../../types.ts";
import { sqliteDriver } from "../driver.ts";
import { walkPages } from "./scan.ts";

const chinook = new URL("../../../../test/data/chinook.sqlite", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "salvor-scan-"));
const scratch = join(folder, "scratch");
const path = join(folder, "live.sqlite");
const PAGE = 4096;
let pool: WorkerPool;
let hosts: Hosts;

before(() => {
  pool = new WorkerPool(2);
  hosts = new Hosts();
});
beforeEach(async () => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  await nodeDisk.makeFolder(scratch);
});
after(async () => {
  hosts[Symbol.dispose]();
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Holds and scans, and proves that neither changed a byte and that nothing stays in scratch. */
async function scan(signal = new AbortController().signal): Promise<Inspection> {
  const state = (): unknown =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith("-shm"))
      .map(({ name }) => [name, sha256Hex(readFileSync(join(folder, name)))]);
  const before = state();
  const context = { world: systemWorld(), disk: nodeDisk, pool, hosts, scratch };
  const store = await sqliteDriver.open("shop", { path }, context);
  try {
    await using specimen = await store.hold(signal);
    return await specimen.inspect("scan", signal);
  } finally {
    await store[Symbol.asyncDispose]();
    assert.deepEqual(state(), before);
    assert.deepEqual(readdirSync(scratch), []);
  }
}

function codes({ observations }: Inspection): readonly string[] {
  return [...new Set(observations.map(({ code }) => code))].toSorted();
}

function overwrite(file: string, at: number, what: Buffer): void {
  const bytes = readFileSync(file);
  what.copy(bytes, at);
  writeFileSync(file, bytes);
}

/** A database in WAL mode and its -wal with ten commits, as a process that died leaves them. */
function withWal(): void {
  const origin = join(scratch, "origin.sqlite");
  using database = new DatabaseSync(origin);
  database.exec(`PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, a);
    PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0`);
  for (let id = 1; id <= 10; id++) database.exec(`INSERT INTO t VALUES (${id}, zeroblob(3000))`);
  copyFileSync(origin, path);
  copyFileSync(`${origin}-wal`, `${path}-wal`);
  for (const name of readdirSync(scratch)) rmSync(join(scratch, name));
}

describe("a scan of a store", () => {
  it("has nothing to say of a sound one, and has looked at every page", async () => {
    copyFileSync(chinook, path);
    const inspection = await scan();
    assert.deepEqual(inspection.observations, []);
    assert.equal(inspection.complete, true);
    assert.equal(inspection.checked, 246);
    assert.deepEqual(inspection.pages, { sound: 246 });
  });

  it("has nothing to say of one that is being written to", async () => {
    using writer = new DatabaseSync(path);
    writer.exec(`PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (zeroblob(9000));
      BEGIN; INSERT INTO t VALUES (1)`);
    assert.deepEqual((await scan()).observations, []);
  });

  it("tells what our walker found and what the engine says, both", async () => {
    copyFileSync(chinook, path);
    overwrite(path, 100 * PAGE, Buffer.alloc(PAGE));
    const inspection = await scan();
    const found = codes(inspection);
    assert.ok(found.includes("sqlite.page.zeroed"), found.join());
    assert.ok(
      found.some((code) => code.startsWith("sqlite.engine.")),
      found.join(),
    );
    assert.deepEqual(inspection.pageMap, [{ pages: [101, 101], verdict: "zeroed" }]);
    assert.equal(inspection.complete, true);
  });

  it("leaves it at building an index anew where nothing else is hurt", async () => {
    using database = new DatabaseSync(path);
    database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE INDEX t_a ON t (a);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO t SELECT i, 'value ' || i FROM n`);
    database.close();
    const bytes = readFileSync(path);
    const place = bytes.lastIndexOf("value 77", bytes.length);
    const leaf = Math.floor(place / PAGE);
    assert.equal(bytes[leaf * PAGE], 10, "the last copy of a value lies in the index");
    overwrite(path, leaf * PAGE + 3, Buffer.from([0xff, 0xff]));
    const { observations } = await scan();
    const serious = observations.filter(({ severity }) => severity !== "low");
    assert.ok(serious.length >= 2);
    for (const { code, location, remedies } of serious) {
      assert.equal(location.index, "t_a", code);
      assert.deepEqual(remedies, ["reindex"], code);
    }
  });

  it("calls an index whose values differ from the table a matter of that index", async () => {
    using database = new DatabaseSync(path);
    database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE INDEX t_a ON t (a);
      INSERT INTO t VALUES (1, 'alpha'), (2, 'omega')`);
    database.close();
    overwrite(path, readFileSync(path).lastIndexOf("alpha"), Buffer.from("aleph"));
    const inspection = await scan();
    assert.deepEqual(codes(inspection), ["sqlite.engine.index"]);
    assert.equal(inspection.observations[0]?.location.index, "t_a");
  });

  it("reads the committed frames of a -wal that the engine may not see", async () => {
    withWal();
    const frame = 24 + PAGE;
    overwrite(`${path}-wal`, 32 + 15 * frame + 200, Buffer.from("torn"));
    const inspection = await scan();
    assert.ok(codes(inspection).includes("sqlite.wal.frame"));
    assert.deepEqual(
      codes(inspection).filter((code) => !code.startsWith("sqlite.wal.")),
      [],
    );
    assert.ok((inspection.pages["sound"] ?? 0) > 2, "only the file itself was read");
  });

  it("looks at what an interrupted transaction leaves when it is rolled back", async () => {
    const origin = join(scratch, "origin.sqlite");
    using writer = new DatabaseSync(origin);
    writer.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE INDEX t_a ON t (a);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO t SELECT i, 'value ' || i FROM n;
      PRAGMA cache_size = 3; BEGIN; UPDATE t SET a = a || ' and more'; DELETE FROM t WHERE id > 900`);
    copyFileSync(origin, path);
    copyFileSync(`${origin}-journal`, `${path}-journal`);
    writer.close();
    for (const name of readdirSync(scratch)) rmSync(join(scratch, name));
    const inspection = await scan();
    assert.deepEqual(codes(inspection), ["sqlite.journal.hot"]);
    assert.deepEqual(inspection.pages, { sound: inspection.checked });
  });

  it("reads a database whose header is lost by the size of page that fits", async () => {
    copyFileSync(chinook, path);
    overwrite(path, 0, Buffer.alloc(100));
    const inspection = await scan();
    assert.ok(codes(inspection).includes("sqlite.header.magic"));
    assert.equal(inspection.checked, 246);
    assert.equal(inspection.pages["sound"], 246);
  });

  it("knows what a missing file is, and claims nothing of its pages", async () => {
    const inspection = await scan();
    assert.deepEqual(codes(inspection), ["sqlite.file.missing"]);
    assert.deepEqual([inspection.checked, inspection.pages], [0, {}]);
    assert.equal(inspection.complete, false);
  });

  it("takes a file of no bytes for what the engine makes of it: a database without tables", async () => {
    writeFileSync(path, "");
    const inspection = await scan();
    assert.deepEqual(codes(inspection), ["sqlite.file.empty"]);
    assert.deepEqual([inspection.pages, inspection.complete], [{ sound: 1 }, true]);
  });

  it("ends when it is cancelled while threads walk, and they walk again", async () => {
    copyFileSync(chinook, path);
    const stop = new AbortController();
    const walk = walkPages(path, pool, stop.signal);
    stop.abort(new Error("enough"));
    await assert.rejects(walk, /enough/);
    assert.deepEqual((await scan()).observations, []);
  });

  it("does not begin when it is cancelled before", async () => {
    copyFileSync(chinook, path);
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    await assert.rejects(scan(stop.signal), /enough/);
  });
});
