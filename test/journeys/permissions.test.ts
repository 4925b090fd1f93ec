import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { runProcess, type ProcessResult } from "../support/processes.ts";
import { PROJECT } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";
import { asNobody, NOBODY } from "./nobody.ts";
import { needsRoot } from "./small-disk.ts";

// Goal: where a right is missing, Salvor says which file, and changes nothing.
// Method: the command line as a user without rights, on a site that lacks one right at a time.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");
const DONE = 0;
const BUSY = 5;

for (const journalMode of ["wal", "delete"]) {
  const title = `a database on read-only media is backed up, journal mode ${journalMode}`;
  test(title, needsRoot, async () => {
    await using site = await nobodysSite(journalMode);
    await own(site, "data", 0);
    assertStatus(await asNobody(site, ["backup", "--verify"]), DONE);
    assertStatus(await asNobody(site, ["compare", "shop@latest", "shop"]), DONE);
    assert.deepEqual(readdirSync(site.join("data")), ["shop.sqlite"], "nothing was left beside it");

    const refused = await asNobody(site, ["restore", "shop@latest", "--to", "data/new.sqlite"]);
    assertStatus(refused, BUSY);
    assert.match(refused.stdout + refused.stderr, /data\/new\.sqlite.* may not be read or written/);
    assert.deepEqual(readdirSync(site.join("data")), ["shop.sqlite"]);
  });
}

test("a database that may not be read is a missing right, not damage", needsRoot, async () => {
  await using site = await nobodysSite("delete");
  chmodSync(site.database("shop"), 0);
  const { status, stderr } = await asNobody(site, ["backup"]);
  assert.equal(status, BUSY, stderr);
  assert.match(stderr, /shop\.sqlite may not be read by this user\n.*Run as the user that owns it/);
});

test(
  "a database that may not be written is not restored in place, and stays",
  needsRoot,
  async () => {
    await using site = await nobodysSite("delete");
    assertStatus(await asNobody(site, ["backup"]), DONE);
    const database = new DatabaseSync(site.database("shop"));
    database.exec("DELETE FROM PlaylistTrack");
    database.close();
    chownSync(site.database("shop"), 0, 0);
    chmodSync(site.database("shop"), 0o644);
    const before = readFileSync(site.database("shop"));
    const result = await asNobody(site, ["restore", "shop@latest", "--in-place", "--yes"]);
    assertStatus(result, BUSY);
    assert.match(result.stdout, /undone[^]*shop\.sqlite may not be written/);
    assert.doesNotMatch(result.stdout, /equal:/, "what stood beside does not count any more");
    assert.deepEqual(readFileSync(site.database("shop")), before);
    assert.deepEqual(readdirSync(site.join("data")), ["shop.sqlite"]);
  },
);

test(
  "what a file of another owner holds already is not put back, and no draft stays",
  needsRoot,
  async () => {
    await using site = await nobodysSite("delete");
    assertStatus(await asNobody(site, ["backup"]), DONE);
    chownSync(site.database("shop"), 0, 0);
    chmodSync(site.database("shop"), 0o644);
    const before = readFileSync(site.database("shop"));
    const result = await asNobody(site, ["restore", "shop@latest", "--in-place", "--yes"]);
    assertStatus(result, BUSY);
    assert.match(result.stdout, /undone[^]*shop\.sqlite may not be written/);
    assert.deepEqual(readFileSync(site.database("shop")), before);
    assert.deepEqual(readdirSync(site.join("data")), ["shop.sqlite"]);
  },
);

test("a damaged file of another owner is named with that owner, and stays", needsRoot, async () => {
  await using site = await nobodysSite("delete");
  assertStatus(await asNobody(site, ["backup"]), DONE);
  const damaged = Buffer.from("not a database at all");
  writeFileSync(site.database("shop"), damaged);
  chownSync(site.database("shop"), 0, 0);
  const result = await asNobody(site, ["restore", "shop@latest", "--in-place", "--yes"]);
  assertStatus(result, BUSY);
  assert.match(result.stdout, /data\/shop\.sqlite belongs to user 0 and group 0/);
  assert.deepEqual(readFileSync(site.database("shop")), damaged);
  assert.deepEqual(readdirSync(site.join("data")), ["shop.sqlite"]);
});

test(
  "a repository on read-only media restores and proves, and takes no backup",
  needsRoot,
  async () => {
    await using site = await nobodysSite("delete");
    assertStatus(await asNobody(site, ["backup"]), DONE);
    const before = await filesIn(site.join("backups"));
    await own(site, "backups", 0);
    await runProcess("chmod", ["-R", "a+rX", site.join("backups")]);
    assertStatus(await asNobody(site, ["restore", "shop@latest", "--to", "copy.sqlite"]), DONE);
    assertStatus(await asNobody(site, ["verify", "--level", "complete"]), DONE);
    assertStatus(await asNobody(site, ["snapshots"]), DONE);
    for (const args of [["backup"], ["prune", "--keep-last", "1", "--yes"]]) {
      const { status, stderr } = await asNobody(site, args);
      assert.equal(status, BUSY, stderr);
      assert.match(stderr, /backups cannot be written\n.*run as/);
    }
    assert.deepEqual(await filesIn(site.join("backups")), before);
  },
);

test("a state that may not be written is named", needsRoot, async () => {
  await using site = await nobodysSite("delete");
  assertStatus(await asNobody(site, ["backup"]), DONE);
  await own(site, ".salvor", 0);
  const { status, stderr } = await asNobody(site, ["backup"]);
  assert.equal(status, BUSY, stderr);
  assert.match(stderr, /\.salvor.* may not be read or written here/);
});

test("a state that was deleted between two commands costs nothing that was backed up", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  copyFileSync(CHINOOK, site.database("shop"));
  await site.expect(DONE, ["backup"]);
  await runProcess("rm", ["-r", site.join(".salvor")]);
  await site.expect(DONE, ["status"]);
  await site.expect(DONE, ["backup"]);
  await site.expect(DONE, ["restore", "shop@latest", "--to", "copy.sqlite"]);
  await site.expect(DONE, ["compare", "shop", "copy.sqlite"]);
  assert.ok(existsSync(site.join(".salvor")));
});

/** A site that belongs to a user without rights, with the database in a folder of its own. */
async function nobodysSite(journalMode: string): Promise<Site> {
  const site = await openSite({ stores: { shop: "data/shop.sqlite" } });
  copyFileSync(CHINOOK, site.database("shop"));
  const database = new DatabaseSync(site.database("shop"));
  database.exec(`PRAGMA journal_mode = ${journalMode}`);
  database.close();
  await own(site, ".", NOBODY);
  return site;
}

async function own(site: Site, name: string, user: number): Promise<void> {
  await runProcess("chown", ["-R", `${user}:${user}`, site.join(name)]);
  await runProcess("chmod", ["a+rx", site.join(name)]);
  if (user === 0 && name === "data") chmodSync(site.database("shop"), 0o644);
}

function assertStatus({ status, stdout, stderr }: ProcessResult, expected: number): void {
  assert.equal(status, expected, `${stdout}${stderr}`);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}
