import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  symlink,
  writeFile as writeWhole,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import { nodeDisk } from "../../core/disk.ts";
import { WorkerPool } from "../../core/pool.ts";
import { systemWorld } from "../../core/world.ts";
import { Hosts } from "../host/hosts.ts";
import { storeContract, type StoreHarness } from "../contract.ts";
import { buildZoo } from "../../../test/zoo/zoo.ts";
import { sqliteDriver } from "./driver.ts";

const signal = AbortSignal.timeout(120_000);

for (const mode of ["delete", "wal"]) {
  storeContract(`sqlite in journal mode ${mode}`, sqliteDriver.capabilities, () => harness(mode));
}

/** A small shop in a folder of its own. */
async function harness(mode: string): Promise<StoreHarness> {
  const folder = await mkdtemp(join(tmpdir(), "salvor-store-"));
  const pool = new WorkerPool(2);
  const hosts = new Hosts();
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder };
  const path = join(folder, "live.sqlite");
  execute(
    path,
    `PRAGMA journal_mode = ${mode};
     CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price DECIMAL(10,2));
     CREATE TABLE tag (name TEXT PRIMARY KEY, item INTEGER REFERENCES item) WITHOUT ROWID;
     CREATE TABLE log (line TEXT);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
       INSERT INTO item SELECT i, 'item ' || i, i / 4.0 FROM n;
     INSERT INTO tag SELECT 'tag ' || (id * 7919 % 2000), id FROM item;
     INSERT INTO log SELECT 'line ' || (id % 10) FROM item;`,
  );
  return {
    folder,
    live: await sqliteDriver.open("shop", { path }, context),
    beside: (name) => sqliteDriver.open("shop", { path: join(folder, name) }, context),
    change: async () => execute(path, "UPDATE item SET price = price + 1 WHERE id % 100 = 7"),
    remove: async () => {
      for (const ending of ["", "-wal", "-shm"]) await rm(path + ending, { force: true });
    },
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      await rm(folder, { recursive: true });
    },
  };
}

function execute(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

it("puts a damaged state back byte for byte when an exchange is taken back", async () => {
  await using given = await harness("delete");
  await using copy = await given.beside("copy");
  {
    await using image = await given.live.capture({ exclusive: false }, signal);
    await copy.restore(image, {}, signal);
  }
  const path = given.live.identity.address;
  const damaged = Buffer.from("not a database at all");
  await writeWhole(path, damaged);
  const quarantine = await given.live.quarantine(join(given.folder, "quarantine"), signal);
  await given.live.exchange(copy.identity.address, quarantine, { unseen: true }, signal);
  await (await given.live.capture({ exclusive: false }, signal))[Symbol.asyncDispose]();

  await given.live.putBack(quarantine, { unseen: true }, signal);
  assert.deepEqual(await readFile(path), damaged);
});

it("does not rename over what was written after the quarantine was taken", async () => {
  await using given = await harness("delete");
  await using copy = await given.beside("copy");
  {
    await using image = await given.live.capture({ exclusive: false }, signal);
    await copy.restore(image, {}, signal);
  }
  const path = given.live.identity.address;
  await writeWhole(path, "not a database at all");
  const quarantine = await given.live.quarantine(join(given.folder, "quarantine"), signal);
  const repaired = Buffer.from("mended by hand meanwhile");
  await writeWhole(path, repaired);

  const exchange = given.live.exchange(copy.identity.address, quarantine, { unseen: true }, signal);
  await assert.rejects(exchange, { code: "STORE_CHANGED" });
  assert.deepEqual(await readFile(path), repaired);
});

it("goes on with a rename that was killed after the -wal was removed", async () => {
  await using given = await harness("wal");
  await using copy = await given.beside("copy");
  {
    await using image = await given.live.capture({ exclusive: false }, signal);
    await copy.restore(image, {}, signal);
  }
  const path = given.live.identity.address;
  leaveWal(path);
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(16), 0, 16, 0);
  await file.close();
  const quarantine = await given.live.quarantine(join(given.folder, "quarantine"), signal);
  for (const ending of ["-wal", "-shm"]) await rm(path + ending);

  await given.live.exchange(copy.identity.address, quarantine, { unseen: true }, signal);
  await using image = await given.live.capture({ exclusive: false }, signal);
  assert.equal((await Array.fromAsync(image.check(signal))).length, 0);
});

it("calls nothing damaged for want of a function that only the application has", async () => {
  await using given = await harness("delete");
  const path = given.live.identity.address;
  const database = new DatabaseSync(path);
  database.function("own", { deterministic: true }, (value) => value);
  database.exec("CREATE INDEX by_own ON item (own(name))");
  database.close();

  await using image = await given.live.capture({ exclusive: false }, signal);
  const seen = await Array.fromAsync(image.check(signal));
  assert.deepEqual(
    seen.map(({ severity, description }) => [severity, description]),
    [["info", "table item: unknown function: own()"]],
  );
});

it("follows a link to the database, beside which its -wal lies", async () => {
  await using given = await harness("wal");
  const path = given.live.identity.address;
  const link = join(given.folder, "links", "shop.sqlite");
  await mkdir(join(given.folder, "links"));
  await symlink("../live.sqlite", link);
  await using copy = await given.beside("copy");
  await using linked = await given.beside("links/shop.sqlite");
  {
    await using image = await linked.capture({ exclusive: false }, signal);
    await copy.restore(image, {}, signal);
  }
  leaveWal(path);
  assert.equal(linked.identity.address, path);
  assert.equal(sqliteDriver.addressOf({ path: link }), path);
  const quarantine = await linked.quarantine(join(given.folder, "quarantine"), signal);
  assert.deepEqual(quarantine.files, ["live.sqlite", "live.sqlite-wal"]);

  await writeWhole(path, "not a database at all");
  const damaged = await linked.quarantine(join(given.folder, "damaged"), signal);
  await linked.exchange(copy.identity.address, damaged, { unseen: true }, signal);
  assert.ok((await lstat(link)).isSymbolicLink());
  await assert.rejects(readFile(`${path}-wal`), { code: "ENOENT" });
});

/** One commit that lies in the -wal only, as a writer that was killed leaves it. */
function leaveWal(path: string): void {
  const script = `
    const { DatabaseSync } = require("node:sqlite");
    const database = new DatabaseSync(process.argv[1]);
    database.exec("INSERT INTO log VALUES ('only in the -wal')");
    process.kill(process.pid, "SIGKILL");`;
  spawnSync(process.execPath, ["--eval", script, path]);
}

describe("the referee", () => {
  it("agrees with our decoder on every database of the zoo", async () => {
    const folder = await mkdtemp(join(tmpdir(), "salvor-referee-"));
    await using pool = new WorkerPool(2);
    using hosts = new Hosts();
    const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder };
    try {
      for (const { path } of await buildZoo(folder)) {
        await using store = await sqliteDriver.open("zoo", { path }, context);
        await using image = await store.capture({ exclusive: false }, signal);
        const sealed = await image.seal({ portable: false }, signal);
        assert.deepEqual(await Array.fromAsync(image.referee(sealed, signal)), [], path);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("names a table that the engine reads otherwise", async () => {
    await using given = await harness("delete");
    await using image = await given.live.capture({ exclusive: false }, signal);
    const sealed = await image.seal({ portable: false }, signal);
    const { item, tag } = sealed.receipt.collections;
    assert.ok(item !== undefined && tag !== undefined);
    const collections = { ...sealed.receipt.collections, item: { ...item, digest: tag.digest } };
    const wrong = { ...sealed, receipt: { ...sealed.receipt, collections } };
    const seen = await Array.fromAsync(image.referee(wrong, signal));
    assert.deepEqual(
      seen.map(({ location }) => location),
      [{ table: "item" }],
    );
  });
});
