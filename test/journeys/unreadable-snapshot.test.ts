import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PROJECT } from "../support/salvor.ts";
import { openSite } from "./site.ts";

// Goal: a snapshot that cannot even be listed is not passed over by whoever asks for all of them.
// Method: flip a bit of the newest manifest, then list and verify.

test("verify without a name fails for a snapshot whose manifest is damaged", async () => {
  await using site = await openSite({ stores: { shop: "shop.sqlite" } });
  copyFileSync(join(PROJECT, "test", "data", "chinook.sqlite"), site.join("shop.sqlite"));
  await using salvor = await site.open();
  await salvor.backup();
  const { snapshots } = await salvor.backup();
  const id = snapshots[0]?.id ?? "";
  assert.equal((await salvor.verify()).ok, true);
  flipBit(site.join("backups", "snapshots", `${id}.snapshot`));

  const { ok, results } = await salvor.verify();
  assert.equal(ok, false);
  const bad = results.filter((each) => !each.ok);
  assert.deepEqual(
    bad.map(({ snapshot, store, level }) => ({ snapshot, store, level })),
    [{ snapshot: id, store: null, level: "none" }],
  );
  assert.match(bad[0]?.problems[0]?.message ?? "", /which is not its name/);
  await site.expect(4, ["verify"]);
  const { stderr } = await site.expect(0, ["snapshots"]);
  assert.match(stderr, /cannot be read/);
});

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
