import assert from "node:assert/strict";
import { chmodSync, copyFileSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { isSame, readContent } from "../damage/content.ts";
import { runProcess, type ProcessResult } from "../support/processes.ts";
import { CHINOOK, shopSite, zeroPages } from "./damaged-shop.ts";
import { openSite, type Site } from "./site.ts";
import { asNobody, NOBODY } from "./nobody.ts";
import { needsRoot, smallDisk } from "./small-disk.ts";

// Goal: looks and recoveries that lack a right or room say so, and change nothing.

const DONE = 0;
const FOUND = 1;
const BUSY = 5;

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
    for (const room of [300_000, 2_300_000]) {
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

async function own(site: Site, name: string, user: number): Promise<void> {
  await runProcess("chown", ["-R", `${user}:${user}`, site.join(name)]);
  await runProcess("chmod", ["a+rx", site.join(name)]);
}

function assertStatus(
  { status, stdout, stderr }: ProcessResult,
  expected: readonly number[],
): void {
  assert.ok(expected.includes(status ?? -1), `ended with ${status}\n${stdout}${stderr}`);
}
