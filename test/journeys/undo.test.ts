import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { it } from "node:test";

import { nodeDisk } from "../../src/core/disk.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld } from "../../src/core/world.ts";
import { exchange } from "../../src/recovery/steps/exchange.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import { sqliteDriver } from "../../src/stores/sqlite/driver.ts";
import { temporaryFolder } from "../support/folder.ts";
import { openSite } from "./site.ts";

const signal = AbortSignal.timeout(120_000);

it("leaves alone what stood in the way of a restore", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  execute(site.database("shop"), "CREATE TABLE t (a); INSERT INTO t VALUES (1)");
  await site.expect(0, ["backup"]);
  const theirs = { log: site.join("copy.sqlite-wal"), draft: site.join("other.sqlite.draft") };
  for (const path of Object.values(theirs)) writeFileSync(path, "somebody else's");

  await site.expect(3, ["restore", "shop@latest", "--to", "copy.sqlite"]);
  await site.expect(0, ["restore", "shop@latest", "--to", "other.sqlite"]);
  for (const path of Object.values(theirs)) {
    assert.equal(readFileSync(path, "utf8"), "somebody else's");
  }
});

it("keeps what was committed after an exchange that is taken back", async () => {
  await using folder = await temporaryFolder();
  await using pool = new WorkerPool(1);
  using hosts = new Hosts();
  const world = systemWorld();
  const context = { world, pool, hosts, disk: nodeDisk, scratch: folder.path };
  const paths = { live: folder.join("live.sqlite"), beside: folder.join("beside.sqlite") };
  execute(paths.live, "CREATE TABLE t (a); INSERT INTO t VALUES ('old')");
  execute(paths.beside, "CREATE TABLE t (a); INSERT INTO t VALUES ('restored')");
  const open = (path: string) => sqliteDriver.open("shop", { path }, context);
  const step = exchange({
    disk: nodeDisk,
    repository: () => Promise.reject(new Error("no repository is needed")),
    openStore: () => open(paths.live),
    openStoreAt: (_name, _driver, _options, address) => open(address),
    scratch: async () => folder.path,
    backUp: () => Promise.reject(new Error("no backup is needed")),
    buildState: () => Promise.reject(new Error("nothing is built")),
    holdWriters: async () => new AsyncDisposableStack(),
    rules: async () => [],
    forgottenKeys: async () => [],
  });
  await using store = await open(paths.live);
  const taken = await store.quarantine(folder.join("quarantine"), signal);
  let recorded: JsonObject = { quarantine: { ...taken, files: [...taken.files] } };
  const notes: string[] = [];
  const given = {
    run: "run",
    step: "shop.exchange",
    parameters: {
      store: "shop",
      driver: "sqlite",
      options: {},
      beside: paths.beside,
      digest: "sha256:of another state",
      folder: folder.join("quarantine"),
      unseen: true,
    },
    outputs: new Map<string, JsonObject>(),
    get recorded() {
      return recorded;
    },
    world,
    record: async () => {},
    note: async (sentence: string) => void notes.push(sentence),
  };

  recorded = { ...recorded, ...(await step.run(given, signal)) };
  assert.deepEqual(rows(paths.live), ["restored"]);
  execute(paths.live, "INSERT INTO t VALUES ('newer')");
  await step.undo?.(given, signal);

  assert.deepEqual(rows(paths.live), ["old"]);
  const [since = ""] = readdirSync(taken.folder).filter((name) => name.startsWith("since-"));
  assert.deepEqual(rows(join(taken.folder, since, "live.sqlite")), ["restored", "newer"]);
  assert.match(notes.join(), /since-/);
});

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

function rows(path: string): readonly unknown[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database
    .prepare("SELECT a FROM t")
    .all()
    .map((row) => row["a"]);
}
