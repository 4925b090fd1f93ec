import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import { memoryFolder } from "../../test/support/folder.ts";
import { nodeDisk } from "../core/disk.ts";
import { WorkerPool } from "../core/pool.ts";
import { systemWorld } from "../core/world.ts";
import { Hosts } from "../stores/host/hosts.ts";
import { sqliteDriver } from "../stores/sqlite/driver.ts";
import type { Part } from "../stores/types.ts";
import { bytesDigest } from "./bytes-digest.ts";

const signal = AbortSignal.timeout(60_000);

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

/** A file of pages whose bytes 3 and 4 are counted in, given in portions of one size. */
function paged(bytes: readonly number[], portion: number, pages = true) {
  const counters = [[3, 5]] as const;
  const part: Part = {
    name: "database",
    size: 8,
    attributes: {},
    pages: pages ? { path: "", pageSize: 4, pageCount: 2, counters } : null,
    open: async function* () {
      for (let at = 0; at < bytes.length; at += portion)
        yield Uint8Array.from(bytes.slice(at, at + portion));
    },
  };
  const parts = async function* () {
    yield part;
  };
  return { parts };
}

describe("the digest of an image's bytes", () => {
  it("is that of all of them but those that are counted in, however they come", async () => {
    const digest = await bytesDigest(paged([1, 2, 3, 4, 5, 6, 7, 8], 8), signal);
    assert.ok(digest !== null);
    for (const portion of [1, 2, 3, 4, 5, 7]) {
      assert.equal(await bytesDigest(paged([1, 2, 3, 9, 9, 6, 7, 8], portion), signal), digest);
    }
    for (const at of [0, 1, 2, 5, 6, 7]) {
      const bytes = [1, 2, 3, 4, 5, 6, 7, 8].with(at, 0);
      assert.notEqual(await bytesDigest(paged(bytes, 3), signal), digest, `byte ${at}`);
    }
  });

  it("is none where bytes do not tell, or are not all there", async () => {
    assert.equal(await bytesDigest(paged([1, 2, 3, 4, 5, 6, 7, 8], 8, false), signal), null);
    assert.equal(await bytesDigest(paged([1, 2, 3, 4, 5, 6, 7], 8), signal), null);
  });

  it("is that of what was exchanged through the engine, until a row of it changes", async () => {
    await using folder = await memoryFolder();
    await using pool = new WorkerPool(1);
    using hosts = new Hosts();
    const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder.path };
    const open = (path: string) => sqliteDriver.open("live", { path }, context);
    const [path, beside] = [folder.join("live.sqlite"), folder.join("beside.sqlite")];
    execute(
      beside,
      "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT); INSERT INTO t VALUES (1, 'new')",
    );
    execute(
      path,
      "PRAGMA journal_mode = WAL; CREATE TABLE other (id INTEGER); INSERT INTO other VALUES (1)",
    );
    copyFileSync(beside, folder.join("copy.sqlite"));
    const digestOf = async (database: string, exclusive: boolean) => {
      await using store = await open(database);
      await using image = await store.capture({ exclusive }, signal);
      return bytesDigest(image, signal);
    };
    const built = await digestOf(beside, true);
    assert.ok(built !== null);
    assert.notEqual(await digestOf(path, false), built);
    {
      await using live = await open(path);
      const quarantine = await live.quarantine(folder.join("quarantine"), signal);
      await live.exchange(beside, quarantine, { unseen: true }, signal);
    }
    assert.equal(await digestOf(path, false), built);
    assert.equal(await digestOf(folder.join("copy.sqlite"), true), built);
    execute(path, "UPDATE t SET word = 'old'");
    assert.notEqual(await digestOf(path, false), built);
  });
});
