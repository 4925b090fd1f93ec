import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";

import type { FullRecoveryDocument } from "../../src/app/look-documents.ts";
import type { RunDocument } from "../../src/app/run-document.ts";
import { zeroPages } from "./damaged-shop.ts";
import { backUp, execute, shop, value } from "./recover-stand.ts";
import type { Site } from "./site.ts";

// Goal: no recovery sets back what is sound by now, and none hides what an earlier one has cost.
// Method: mend by hand between the look and the recovery; kill a recovery and run the next one.

const NEWER = "INSERT INTO item VALUES (9999, 'newer')";

test("a store that was mended by hand since the look stays as it is", async () => {
  await using site = await shop();
  await backUp(site);
  copyFileSync(site.database("shop"), site.join("good.sqlite"));
  zeroPages(site, 2);
  await site.expect(1, ["scan"]);
  copyFileSync(site.join("good.sqlite"), site.database("shop"));
  execute(site.database("shop"), NEWER);

  const run = (await site.expect(0, ["recover", "--yes", "--json"])).json() as RunDocument;
  assert.deepEqual(run.steps, []);
  assert.equal(value(site.database("shop"), "SELECT name FROM item WHERE id = 9999"), "newer");
});

test("recover tells the losses of the interrupted run that it ends", async () => {
  await using site = await killedInExchange();
  const run = (await site.expect(6, ["recover", "--yes", "--json"])).json() as RunDocument;
  assert.ok(run.losses.length > 0);
  assert.notEqual(run.quarantine, null);
  await site.expect(0, ["recover", "--yes"]); // told once, and not done again
});

test("full-recovery tells the losses of the interrupted run that it ends", async () => {
  await using site = await killedInExchange();
  const ended = await site.expect(6, ["full-recovery", "--yes", "--json"]);
  const { losses, run } = ended.json() as FullRecoveryDocument;
  assert.ok(losses.length > 0);
  assert.notEqual(run, null);
  await site.expect(0, ["full-recovery", "--yes"]);
});

/** A damaged store with a row that no backup has, and a recovery killed while it exchanges. */
async function killedInExchange(): Promise<Site> {
  const site = await shop();
  await backUp(site);
  execute(site.database("shop"), NEWER);
  zeroPages(site, 2);
  await site.expect(1, ["scan"]);
  const first = site.start(["recover", "--yes"]);
  let said = "";
  first.child.stderr?.on("data", (bytes: Buffer) => {
    said += bytes.toString();
    if (said.includes("shop.exchange")) first.killGroup();
  });
  await first.finished;
  assert.match(said, /shop\.exchange/);
  return site;
}
