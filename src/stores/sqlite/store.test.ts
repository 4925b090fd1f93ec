import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile as writeWhole } from "node:fs/promises";
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
    await copy.restore(image, signal);
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
