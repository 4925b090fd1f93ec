import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { generate, mutate } from "../../bench/generate.ts";
import { PROJECT } from "../support/salvor.ts";
import { buildZoo } from "../zoo/zoo.ts";
import { memoryFolder } from "../support/folder.ts";
import { openSite, type Site } from "./site.ts";

// Goal: what is restored holds exactly what was backed up, whatever it was.
// Method: back up, restore beside; then the restored file's own receipt must be the sealed one, and
// without Salvor every page must be the live one's.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

for (const encrypted of [false, true]) {
  const how = encrypted ? "encrypted" : "plain";
  test(`every database of the zoo comes back as it was, ${how}`, async () => {
    await using folder = await memoryFolder();
    const zoo = await buildZoo(folder.path);
    const stores = Object.fromEntries(zoo.map(({ name }) => [name, `data/${name}.sqlite`]));
    await using site = await openSite({ stores, encrypted });
    for (const { name, path } of zoo) copyFileSync(path, site.join("data", `${name}.sqlite`));
    await roundTrip(site, Object.keys(stores));
  });
}

test("chinook comes back through the command line, and compare says so", async () => {
  await using site = await openSite({ stores: { shop: "data/shop.sqlite" }, encrypted: true });
  copyFileSync(CHINOOK, site.join("data", "shop.sqlite"));
  await site.expect(0, ["backup", "--verify"]);
  await site.expect(0, ["restore", "shop@latest", "--to", "copy.sqlite"]);
  const { stdout } = await site.expect(0, ["compare", "shop@latest", "copy.sqlite"]);
  assert.match(stdout, /^equal: .*11 collections, 15,607 rows; level complete/);
  await site.expect(0, ["compare", "shop", "copy.sqlite"]);
});

for (const megabytes of [0.1, 3, 20]) {
  test(`a generated database of ${megabytes} MB comes back, and again after changes`, async () => {
    await using site = await openSite({ stores: { shop: "shop.sqlite" }, encrypted: true });
    const path = site.join("shop.sqlite");
    generate(path, megabytes, 7);
    assert.ok(statSync(path).size >= megabytes * 1e6);
    await roundTrip(site, ["shop"]);
    mutate(path, 1, 8);
    await roundTrip(site, ["shop"]);
  });
}

test("a database of one page comes back", async () => {
  await using site = await openSite({ stores: { one: "one.sqlite" } });
  const database = new DatabaseSync(site.join("one.sqlite"));
  database.exec("PRAGMA user_version = 41");
  database.close();
  await roundTrip(site, ["one"]);
});

/** Backs all up, restores each, and demands that live, sealed and restored are one. */
async function roundTrip(site: Site, stores: readonly string[]): Promise<void> {
  await using salvor = await site.open();
  const { snapshots } = await salvor.backup();
  assert.deepEqual(snapshots.map(({ store }) => store).toSorted(), stores.toSorted());
  for (const { id, store, receipt } of snapshots) {
    const to = site.join("restored", id, `${store}.sqlite`);
    const run = await salvor.restore({ snapshot: id, to });
    assert.equal(run.status, "succeeded", store);
    assert.equal(run.proof?.equal, true, store);
    const restored = await salvor.receipt({ subject: to });
    assert.equal(restored.digest, receipt.digest, store);
    // A file of no bytes is a database without tables; its copy by the engine has a first page.
    const isEmpty = statSync(site.database(store)).size === 0;
    if (!isEmpty) assert.deepEqual(pagesOf(to), pagesOf(site.database(store)), store);
  }
}

/** Counters in the header that the engine's own copy moves on: writes, schema changes, its version. */
const COUNTERS: readonly (readonly [from: number, to: number])[] = [
  [24, 28],
  [40, 44],
  [92, 100],
];

/** Every page, seen without Salvor. */
function pagesOf(path: string): string {
  const bytes = readFileSync(path);
  for (const [from, to] of COUNTERS) bytes.subarray(from, to).fill(0);
  return createHash("sha256").update(bytes).digest("hex");
}
