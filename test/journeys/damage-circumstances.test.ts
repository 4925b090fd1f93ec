import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { isSame, readContent } from "../damage/content.ts";
import { indexPages } from "../damage/index-pages.ts";
import { buildShop, PAGE_SIZE, tradeOn } from "../damage/shop.ts";
import { seededRandom } from "../support/random.ts";
import { SEED } from "../support/seed.ts";
import { shopSite, zeroPages } from "./damaged-shop.ts";
import { openSite } from "./site.ts";

// Goal: what only the application knows is no damage, and what is newer than the snapshot is no secret.

const DONE = 0;
const LOSSES = 6;

test("what only the application has is named, and no damage", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  const database = new DatabaseSync(site.database("shop"), { defensive: false });
  database.function("is_vat", { deterministic: true }, (text) => Number(text !== null));
  database.exec(`CREATE TABLE firm (id INTEGER PRIMARY KEY, name TEXT, vat TEXT CHECK (is_vat(vat)));
    CREATE INDEX firm_by_name ON firm (name COLLATE NOCASE);
    INSERT INTO firm VALUES (1, 'Ada', 'DE1'), (2, 'bert', 'DE2'); PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'by_the_book') WHERE name = 'firm_by_name'`);
  database.close();
  await site.expect(DONE, ["backup"]);
  for (const look of ["audit", "integrity", "scan"]) await site.expect(DONE, [look]);
  const { stdout } = await site.expect(DONE, ["findings"]);
  assert.match(stdout, /by_the_book/);
  assert.match(stdout, /is_vat/);
  await site.expect(DONE, ["full-recovery", "--yes"]);
});

test("losses are declared where commits were newer than the snapshot", async () => {
  await using site = await shopSite();
  const whole = await readContent(site.database("shop"));
  await site.expect(DONE, ["backup"]);
  const database = new DatabaseSync(site.database("shop"));
  database.exec("INSERT INTO Artist (Name) VALUES ('newer than the snapshot')");
  database.close();
  zeroPages(site, 40);
  const { stdout } = await site.expect(LOSSES, ["full-recovery", "--yes"]);
  assert.match(stdout, /lost|gone|newer/);
  assert.ok(isSame(await readContent(site.database("shop")), whole));
});

test("an index that cannot be built anew costs its store a restore, and no other store anything", async () => {
  await using site = await openSite({ stores: { lacks: "lacks.sqlite", torn: "torn.sqlite" } });
  await using salvor = await site.open();
  const random = seededRandom(SEED);
  for (const store of ["lacks", "torn"]) buildShop(site.database(store), "at rest", random);
  await salvor.backup();
  for (const store of ["lacks", "torn"]) tradeOn(site.database(store), random);
  withoutIndex(
    site.database("lacks"),
    "product_by_sku",
    "INSERT INTO product VALUES (5000, 'new', 1, x'')",
  );
  const whole = await readContent(site.database("lacks"));
  zeroPage(site.database("torn"), random.pick(indexPages(site.database("torn"))));

  const { sound, steps, losses, run } = await salvor.fullRecovery({ yes: true });
  assert.ok(sound, JSON.stringify(steps.verify.findings));
  assert.deepEqual(
    steps.recover.remedies.map(({ remedy }) => remedy),
    ["reindex", "reindex"],
  );
  assert.ok(losses.every(({ store }) => store === "torn") && losses.length > 0);
  assert.ok(run?.steps.some(({ action }) => action === "exchange"));
  const mended = await readContent(site.database("lacks"));
  assert.deepEqual({ ...mended, problems: whole.problems }, whole);
  assert.deepEqual(mended.problems, []);
  assert.deepEqual((await readContent(site.database("torn"))).problems, []);
});

/** Changes rows while the schema does not know of an index, which so goes without. */
function withoutIndex(path: string, index: string, sql: string): void {
  const steps = [
    `CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '${index}';
     PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '${index}'`,
    sql,
    `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;
     PRAGMA writable_schema = RESET; DROP TABLE kept`,
  ];
  for (const step of steps) {
    const database = new DatabaseSync(path, { defensive: false });
    database.exec(step);
    database.close();
  }
}

function zeroPage(path: string, page: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0, PAGE_SIZE * (page - 1), PAGE_SIZE * page);
  writeFileSync(path, bytes);
}
