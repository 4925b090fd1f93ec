import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { nodeDisk } from "../../../core/disk.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { systemWorld } from "../../../core/world.ts";
import { Hosts } from "../../host/hosts.ts";
import { sqliteDriver } from "../driver.ts";

const ROWS = 8000;
const KILLS = 8;

const SCHEMA = `
  CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, filler BLOB);
  CREATE TABLE tag (name TEXT PRIMARY KEY, item REFERENCES item) WITHOUT ROWID;
  CREATE INDEX item_name ON item (name);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO item SELECT i, 'item ' || i, zeroblob(4000) FROM n;
  INSERT INTO tag SELECT 'tag ' || id, id FROM item;`;

// Goal: rows go back all or not at all. Method: the process that puts them back is killed, again and
// again, at a moment drawn by seed; each time the database must be sound, and old or new.
describe(`rows that go back while the process is killed (SEED=${SEED})`, () => {
  for (const mode of ["delete", "wal"]) {
    it(`are all there or all missing in journal mode ${mode}`, async () => {
      await using folder = await temporaryFolder();
      const [live, source] = [folder.join("live.sqlite"), folder.join("source.sqlite")];
      execute(source, SCHEMA);
      copyFileSync(source, live);
      // More than the engine holds in memory: pages reach the files before the commit.
      execute(live, `PRAGMA journal_mode = ${mode}; DELETE FROM tag; DROP TABLE item;`);
      const context = { world: systemWorld(), disk: nodeDisk, scratch: folder.path };
      await using pool = new WorkerPool(1);
      using hosts = new Hosts();
      const store = await sqliteDriver.open("shop", { path: live }, { ...context, pool, hosts });
      const random = seededRandom(SEED);
      const putBack = (signal: AbortSignal) =>
        store.amend(
          {
            kind: "put-back-rows",
            source,
            collections: ["tag", "item"].map((name) => ({ name, forget: null })),
            rules: [],
            dryRun: false,
          },
          signal,
        );

      for (let kill = 0; kill < KILLS && held(live) === "old"; kill += 1) {
        const controller = new AbortController();
        const working = putBack(controller.signal);
        working.catch(() => {}); // awaited below; until then it is not unhandled
        await delay(100 + random.below(300));
        controller.abort();
        await Promise.allSettled([working]);
        assert.ok(["old", "new"].includes(held(live)));
      }
      await putBack(AbortSignal.timeout(60_000));
      assert.equal(held(live), "new");
    });
  }
});

function held(path: string): string {
  using database = new DatabaseSync(path);
  const check = database.prepare("PRAGMA integrity_check").get();
  assert.equal(check?.["integrity_check"], "ok");
  const tags = Number(database.prepare("SELECT count(*) AS n FROM tag").get()?.["n"]);
  const items = database.prepare("SELECT * FROM sqlite_schema WHERE tbl_name = 'item'").all();
  if (tags === 0 && items.length === 0) return "old";
  const found = Number(database.prepare("SELECT count(*) AS n FROM item").get()?.["n"]);
  return tags === ROWS && items.length === 2 && found === ROWS ? "new" : `${tags} of ${found}`;
}

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec(sql);
}
