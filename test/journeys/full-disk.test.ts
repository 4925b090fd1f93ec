import assert from "node:assert/strict";
import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";

import { storeContent } from "../crash/store-content.ts";
import { NODE, PROJECT, SALVOR, cleanEnvironment } from "../support/salvor.ts";
import { runProcess } from "../support/processes.ts";
import { openSite, type Site } from "./site.ts";
import { needsRoot, smallDisk, type SmallDisk } from "./small-disk.ts";

// Goal: a full disk costs an attempt, and nothing else.
// Method: database, state and repository on one small file system; a command is run with ever more
// room until it gets through. Each time before, it must say so, and what was there must be there.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");
const ROOM = [0, 300_000, 1_400_000, 2_200_000, 6_000_000];
const DISK_MEGABYTES = 16;
const DONE = 0;
const BUSY = 5;
const DONE_WITH_LOSSES = 6;
const SAID = /no room|needs \d+ bytes|Check free space/;

test("a backup onto a full disk fails with a word, and leaves all others whole", needsRoot, (t) =>
  onSmallDisk(t, async (site, disk) => {
    change(site, "INSERT INTO Artist (Name) SELECT hex(randomblob(300)) FROM Track LIMIT 900");
    await untilItFits(disk, async () => {
      const { status, stderr } = await site.expect([DONE, BUSY], ["backup"]);
      if (status === BUSY) assert.match(stderr, SAID);
      return status !== BUSY;
    });
    await site.expect(DONE, ["repository", "check"]);
    await site.expect(DONE, ["verify", "--level", "complete"]);
  }),
);

test("a restore onto a full disk is finished or undone as soon as there is room", needsRoot, (t) =>
  onSmallDisk(t, async (site, disk) => {
    let attempts = 0;
    await untilItFits(disk, async () => {
      const args = ["restore", "shop@latest", "--to", `restored-${(attempts += 1)}.sqlite`];
      const { status, stdout, stderr } = await site.expect([DONE, BUSY], args);
      if (status === BUSY) assert.match(stdout + stderr, SAID);
      return status !== BUSY;
    });
    await site.expect(DONE, ["resume"]);
    const left = readdirSync(site.path).filter((name) => name.startsWith("restored"));
    assert.ok(left.includes(`restored-${attempts}.sqlite`));
    for (const name of left) await site.expect(DONE, ["compare", "shop@latest", name]);
  }),
);

test(
  "a restore in place on a full disk leaves the old or the new, and can be done later",
  needsRoot,
  (t) =>
    onSmallDisk(t, async (site, disk) => {
      const sealed = await storeContent(site.database("shop"));
      change(site, "DELETE FROM PlaylistTrack");
      const before = await storeContent(site.database("shop"));
      await untilItFits(disk, async () => {
        const args = ["restore", "shop@latest", "--in-place", "--yes"];
        const { status, stdout, stderr } = await site.expect([DONE, BUSY, DONE_WITH_LOSSES], args);
        if (status !== BUSY) return true;
        assert.match(stdout + stderr, SAID);
        // The new one where an attempt finishes what the one before it had begun.
        const now = await storeContent(site.database("shop"));
        assert.ok(now === before || now === sealed, "the live database is neither old nor new");
        return false;
      });
      disk.free();
      await site.expect(DONE, ["resume"]);
      await site.expect(DONE, ["compare", "shop@latest", "shop"]);
      const beside = readdirSync(site.path).filter((name) => name.includes(".salvor-"));
      assert.deepEqual(beside, []);
    }),
);

test("a limit on the size of files is no damage to the store", async () => {
  await using site = await shopSite();
  const command = `ulimit -f 200; exec "${NODE}" "${SALVOR}" backup`;
  const options = { cwd: site.path, env: cleanEnvironment(site.env) };
  const { status, stderr } = await runProcess("bash", ["-c", command], options);
  assert.equal(status, BUSY, stderr);
  assert.match(stderr, /ulimit|no room/);
  await site.expect(DONE, ["backup", "--verify"]);
});

async function onSmallDisk(
  t: TestContext,
  journey: (site: Site, disk: SmallDisk) => Promise<void>,
): Promise<void> {
  await using disk = await smallDisk(DISK_MEGABYTES);
  if (disk === null) return t.skip("mounting is not allowed here");
  await using site = await shopSite(disk.path);
  await site.expect(DONE, ["backup"]);
  await journey(site, disk);
}

async function shopSite(parent?: string): Promise<Site> {
  const stores = { shop: "shop.sqlite" };
  const site = await openSite({ stores, ...(parent !== undefined && { parent }) });
  copyFileSync(CHINOOK, site.database("shop"));
  return site;
}

/** Gives more room each time; the first must be too little, and the last enough. */
async function untilItFits(disk: SmallDisk, attempt: () => Promise<boolean>): Promise<void> {
  let failures = 0;
  for (const room of ROOM) {
    disk.leave(room);
    if (await attempt()) {
      assert.ok(failures > 0, "the disk was never full");
      disk.free();
      return;
    }
    failures += 1;
  }
  assert.fail("it failed with plenty of room");
}

function change(site: Site, sql: string): void {
  const database = new DatabaseSync(site.database("shop"));
  database.exec(sql);
  database.close();
}
