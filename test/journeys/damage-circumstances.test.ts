import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { isSame, readContent } from "../damage/content.ts";
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
