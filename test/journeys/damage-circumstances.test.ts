import assert from "node:assert/strict";
import { chmodSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { isSame, readContent } from "../damage/content.ts";
import { runProcess, type ProcessResult } from "../support/processes.ts";
import { cleanEnvironment, NODE, PROJECT, SALVOR } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";
import { needsRoot, smallDisk } from "./small-disk.ts";

// Goal: looks and recoveries that meet others, or lack a right, room or the application's own
// functions, end with a clear word, and the store is whole whatever happens.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");
const NOBODY = 65_534;
const DONE = 0;
const FOUND = 1;
const BUSY = 5;
const LOSSES = 6;

test("of two full recoveries at once, one mends and the other says who was first, or finds it sound", async () => {
  await using site = await shopSite();
  const whole = await readContent(site.database("shop"));
  await site.expect(DONE, ["backup"]);
  zeroPages(site, 40);
  const args = ["full-recovery", "--yes", "--reason", "two at once"];
  const results = await Promise.all([1, 2].map(() => site.start(args).finished));
  for (const { status, stdout, stderr } of results) {
    assert.ok(status === DONE || status === BUSY, `${status}: ${stdout}${stderr}`);
    if (status === BUSY) assert.match(stdout + stderr, /in use by|changed|try again/i);
  }
  assert.ok(results.some(({ status }) => status === DONE));
  assert.ok(isSame(await readContent(site.database("shop")), whole));
  await site.expect(DONE, ["full-recovery", "--yes"]);
});

test("a recovery and a backup at once: neither spoils the other", async () => {
  await using site = await shopSite();
  const whole = await readContent(site.database("shop"));
  await site.expect(DONE, ["backup"]);
  zeroPages(site, 40);
  const commands = [["recover", "--yes"], ["backup"]];
  const results = await Promise.all(commands.map((args) => site.start(args).finished));
  for (const { status, stdout, stderr } of results) {
    // The backup may come before the recovery: then it meets the damage.
    assert.ok(status === DONE || status === BUSY || status === FOUND, `${stdout}${stderr}`);
  }
  await site.expect(DONE, ["full-recovery", "--yes"]);
  assert.ok(isSame(await readContent(site.database("shop")), whole));
  await site.expect(DONE, ["verify", "--level", "complete"]);
});

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

test(
  "a store in a folder that may not be written is looked at, and not recovered",
  needsRoot,
  async () => {
    await using site = await openSite({ stores: { shop: "data/shop.sqlite" } });
    copyFileSync(CHINOOK, site.database("shop"));
    await own(site, ".", NOBODY);
    assertStatus(await asNobody(site, ["backup"]), [DONE]);
    await own(site, "data", 0);
    chmodSync(site.database("shop"), 0o644);
    for (const look of ["audit", "integrity", "scan"]) {
      assertStatus(await asNobody(site, [look]), [DONE]);
    }
    zeroPages(site, 40);
    const before = readFileSync(site.database("shop"));
    assertStatus(await asNobody(site, ["scan"]), [FOUND]);
    const result = await asNobody(site, ["full-recovery", "--yes"]);
    assertStatus(result, [BUSY, FOUND]);
    assert.match(result.stdout + result.stderr, /may not be written|may not be read or written/);
    assert.doesNotMatch(result.stdout, /everything is sound/);
    assert.deepEqual(readFileSync(site.database("shop")), before);
    assert.deepEqual(readdirSync(site.join("data")), ["shop.sqlite"]);
  },
);

test(
  "on a full disk a look says so, and a recovery can be done as soon as there is room",
  needsRoot,
  async (t) => {
    await using disk = await smallDisk(16);
    if (disk === null) return t.skip("mounting is not allowed here");
    await using site = await shopSite(disk.path);
    const whole = await readContent(site.database("shop"));
    await site.expect(DONE, ["backup"]);
    zeroPages(site, 40);
    disk.leave(300_000);
    for (const look of ["audit", "scan"]) {
      const { stderr } = await site.expect(BUSY, [look]);
      assert.match(stderr, /no room|needs \d+ bytes|free space/i);
    }
    for (const room of [300_000, 1_300_000, 2_300_000, 3_300_000]) {
      disk.leave(room);
      const { status, stdout, stderr } = await site.run(["full-recovery", "--yes"]);
      assert.ok([DONE, FOUND, BUSY].includes(status ?? -1), `${status}: ${stdout}${stderr}`);
      if (status === DONE) break;
      assert.match(stdout + stderr, /no room|needs \d+ bytes|free space/i);
      assert.doesNotMatch(stdout, /everything is sound/);
    }
    disk.free();
    await site.expect(DONE, ["full-recovery", "--yes"]);
    assert.ok(isSame(await readContent(site.database("shop")), whole));
  },
);

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

async function shopSite(parent?: string): Promise<Site> {
  const stores = { shop: "shop.sqlite" };
  const site = await openSite({ stores, ...(parent !== undefined && { parent }) });
  copyFileSync(CHINOOK, site.database("shop"));
  return site;
}

/** Overwrites some pages in the middle, in place. */
function zeroPages(site: Site, from: number): void {
  const path = site.database("shop");
  const bytes = readFileSync(path);
  const pageSize = bytes.readUInt16BE(16);
  bytes.fill(0, pageSize * from, pageSize * (from + 8));
  writeFileSync(path, bytes);
}

async function own(site: Site, name: string, user: number): Promise<void> {
  await runProcess("chown", ["-R", `${user}:${user}`, site.join(name)]);
  await runProcess("chmod", ["a+rx", site.join(name)]);
}

function asNobody(site: Site, args: readonly string[]): Promise<ProcessResult> {
  const user = ["--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups"];
  const options = { cwd: site.path, env: cleanEnvironment(site.env) };
  return runProcess("setpriv", [...user, NODE, SALVOR, ...args], options);
}

function assertStatus(
  { status, stdout, stderr }: ProcessResult,
  expected: readonly number[],
): void {
  assert.ok(expected.includes(status ?? -1), `ended with ${status}\n${stdout}${stderr}`);
}
