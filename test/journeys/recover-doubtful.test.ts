import assert from "node:assert/strict";
import { test } from "node:test";

import type { FullRecoveryDocument } from "../../src/app/look-documents.ts";
import { zeroPages } from "./damaged-shop.ts";
import { backUp, execute, shop, value } from "./recover-stand.ts";

// Goal: a proof against a snapshot that had lost something itself is not the end of a recovery.
// Method: lose a table, back that up, damage the file; no look is taken after the restore.

test("full-recovery puts back what the snapshot that it restored had lost already", async () => {
  await using site = await shop();
  await backUp(site);
  const path = site.database("shop");
  execute(path, "DROP TABLE pay");
  const doubtful = await backUp(site);
  assert.notDeepEqual(doubtful.drops, []);
  zeroPages(site, 2);

  const ended = await site.expect([0, 6], ["full-recovery", "--yes", "--json"]);
  const { sound, steps, run } = ended.json() as FullRecoveryDocument;
  assert.deepEqual(
    steps.recover.remedies.map(({ remedy }) => remedy),
    ["restore", "put-back"],
  );
  assert.equal(value(path, "SELECT count(*) FROM pay"), 300);
  assert.equal(value(path, "SELECT count(*) FROM item"), 300);
  assert.equal(value(path, "PRAGMA integrity_check"), "ok");
  assert.deepEqual([sound, run?.status, run?.proof?.equal], [true, "succeeded", true]);
  await site.expect(0, ["full-recovery", "--yes"]);
});
