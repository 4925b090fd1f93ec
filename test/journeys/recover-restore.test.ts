import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import {
  backUp,
  beside,
  damageNewPacks,
  execute,
  packs,
  recover,
  shop,
  UNSAID,
  value,
} from "./recover-stand.ts";

describe("an index that a recovery builds anew", () => {
  it("is proven against the state before", async () => {
    await using site = await shop();
    await backUp(site);
    const path = site.database("shop");
    execute(
      path,
      `CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'pay_item';
       PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'pay_item';`,
    );
    execute(path, "DELETE FROM pay WHERE id % 7 = 0");
    execute(
      path,
      `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;
       PRAGMA writable_schema = RESET; DROP TABLE kept;`,
    );
    assert.notEqual(value(path, "PRAGMA integrity_check"), "ok");
    const run = await recover(site, { kind: "reindex", indexes: ["pay_item"], ...UNSAID });
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.equal(value(path, "PRAGMA integrity_check"), "ok");
    assert.deepEqual([run.proof?.equal, run.proof?.level], [true, "complete"]);
    assert.equal(run.rpoMs, 0);
    // The index still names rows that are gone: whether they were deleted or lost, it cannot tell.
    assert.deepEqual(run.losses[0]?.key, { id: 7 });
    assert.ok(run.losses.every(({ location }) => location["index"] === "pay_item"));
  });
});

describe("a store that a recovery restores", () => {
  it("comes from an older snapshot when the newest is damaged, and that is the cost", async () => {
    await using site = await shop();
    const older = await backUp(site);
    const known = packs(site);
    const path = site.database("shop");
    execute(path, "UPDATE item SET name = name || ' changed' WHERE id < 4");
    const newer = await backUp(site);
    damageNewPacks(site, known);
    // Else what lies there still has the pages that the repository has lost.
    execute(path, "UPDATE item SET name = name || ' again' WHERE id < 4");
    const run = await recover(site, { kind: "restore", candidates: [newer, older], ...UNSAID });
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.equal(value(path, "SELECT name FROM item WHERE id = 1"), "item 1");
    assert.equal(run.proof?.expected, older.receipt.digest);
    assert.deepEqual(
      run.losses.map(({ key }) => key),
      [{ id: 1 }, { id: 2 }, { id: 3 }],
    );
    assert.ok((run.rpoMs ?? 0) > 0);
    assert.deepEqual(beside(site), []);
    assert.ok(existsSync(site.join("quarantine", "run", "shop.sqlite")));
  });

  it("comes from what lies in quarantine where the repository is damaged, page by proven page", async () => {
    await using site = await shop();
    await backUp(site);
    const known = packs(site);
    const path = site.database("shop");
    execute(path, "UPDATE item SET name = name || ' changed' WHERE id < 4");
    const newest = await backUp(site);
    damageNewPacks(site, known);
    const root = Number(value(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'pay'"));
    const bytes = readFileSync(path);
    const pageSize = bytes.readUInt16BE(16);
    writeFileSync(path, bytes.fill(0, (root - 1) * pageSize, root * pageSize));
    const run = await recover(site, { kind: "restore", candidates: [newest], ...UNSAID });
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.equal(value(path, "SELECT name FROM item WHERE id = 1"), "item 1 changed");
    assert.equal(value(path, "SELECT count(*) FROM pay"), 300);
    assert.equal(run.proof?.expected, newest.receipt.digest);
    assert.deepEqual(run.losses, []);
  });

  it("passes over a snapshot of what was damaged already when it was taken", async () => {
    await using site = await shop();
    const older = await backUp(site);
    const path = site.database("shop");
    // An index without entries: the backup's decoder reads tables, and does not mind.
    execute(
      path,
      `CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'pay_item';
       PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'pay_item';`,
    );
    execute(path, "DELETE FROM pay WHERE id = 5");
    execute(
      path,
      `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;
       PRAGMA writable_schema = RESET; DROP TABLE kept;`,
    );
    const newer = await backUp(site);
    const run = await recover(site, { kind: "restore", candidates: [newer, older], ...UNSAID });
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.equal(value(path, "PRAGMA integrity_check"), "ok");
    assert.equal(value(path, "SELECT count(*) FROM pay"), 300);
    assert.ok(
      run.steps.some(({ notes }) => notes.some((note) => note.includes("does not prove right"))),
    );
  });

  it("names the newer rows that can be read beside the damage, and what cannot", async () => {
    await using site = await shop();
    const snapshot = await backUp(site);
    const path = site.database("shop");
    execute(
      path,
      `INSERT INTO item VALUES (900, 'newer'); UPDATE item SET name = 'other' WHERE id = 2;
       INSERT INTO pay VALUES (901, 1, 'newer');`,
    );
    const bytes = readFileSync(path);
    // The first page of the table has become an inner one, and still holds what it held before.
    const page = Math.floor(bytes.indexOf("note 50", 4 * 4096) / 4096);
    bytes.fill(0xff, page * 4096, page * 4096 + 64);
    writeFileSync(path, bytes);
    const run = await recover(site, { kind: "restore", candidates: [snapshot], ...UNSAID });
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.deepEqual(
      run.losses.map(({ collection, key }) => [collection, key]),
      [
        ["item", { id: 900 }],
        ["item", { id: 2 }],
        ["pay", { id: 901 }],
        ["pay", null],
      ],
    );
    assert.match(
      run.losses.at(-1)?.reason ?? "",
      /^but for 1 rows? at its end, what was committed to pay after .* cannot be listed: .*quarantine/,
    );
    assert.equal(value(path, "PRAGMA integrity_check"), "ok");
    assert.ok((run.rpoMs ?? 0) > 0);
  });

  it("fails, and is put back as it was, when no snapshot is whole", async () => {
    await using site = await shop();
    const only = await backUp(site);
    damageNewPacks(site, []);
    const before = readFileSync(site.database("shop"));
    const run = await recover(site, { kind: "restore", candidates: [only], ...UNSAID });
    assert.equal(run.status, "undone");
    assert.deepEqual(readFileSync(site.database("shop")), before);
    assert.deepEqual(beside(site), []);
  });
});
