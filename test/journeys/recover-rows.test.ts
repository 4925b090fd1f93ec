import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import { recoveryContext } from "../../src/app/recovery-context.ts";
import { openSession } from "../../src/app/session.ts";
import { previewRemedy } from "../../src/recovery/preview-remedy.ts";
import { startHolder } from "./holder.ts";
import {
  backUp,
  beside,
  damageNewPacks,
  execute,
  packs,
  putBack,
  recover,
  request,
  shop,
  signal,
  value,
} from "./recover-stand.ts";

describe("rows that a recovery puts back", () => {
  it("are proven with what is newer, and the state before is backed up", async () => {
    await using site = await shop();
    const snapshot = await backUp(site);
    const path = site.database("shop");
    execute(
      path,
      `DELETE FROM pay WHERE id > 250; DELETE FROM item WHERE id > 290;
       UPDATE pay SET note = 'newer' WHERE id = 1; INSERT INTO pay (note) VALUES ('newest');`,
    );
    const remedy = putBack(["item", "pay"], [snapshot]);
    const run = await recover(site, remedy);
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.deepEqual(
      run.steps.map(({ id }) => id),
      ["backup", "restore-beside", "verify", "put-back-rows", "verify-live"].map(
        (each) => `shop.${each}`,
      ),
    );
    assert.equal(value(path, "SELECT count(*) FROM pay"), 301);
    assert.equal(value(path, "SELECT note FROM pay WHERE id = 1"), "newer");
    const { proof } = run;
    assert.deepEqual([proof?.basis, proof?.equal, proof?.level], ["merge", true, "complete"]);
    assert.deepEqual(proof?.origins, {
      unchanged: 539,
      repaired: 0,
      restored: 60,
      salvaged: 0,
      newer: 2,
      lost: 0,
    });
    assert.deepEqual([run.losses, run.address, beside(site)], [[], null, []]);
    await using salvor = await site.open();
    assert.equal((await salvor.snapshots({}, signal)).snapshots.length, 2);
  });

  it("are losses by name where they cannot go back", async () => {
    await using site = await shop();
    const snapshot = await backUp(site);
    const path = site.database("shop");
    execute(
      path,
      `DELETE FROM item WHERE id IN (7, 8); DELETE FROM pay WHERE item IN (7, 8);
       INSERT INTO item VALUES (1000, 'item 7');`,
    );
    const run = await recover(site, putBack(["item", "pay"], [snapshot]));
    assert.equal(run.status, "succeeded");
    assert.equal(run.proof?.equal, true);
    assert.deepEqual(
      run.losses.map(({ collection, key, reason }) => [collection, key, reason]),
      [
        ["item", { id: 7 }, "not put back: its key is taken by other content"],
        ["pay", { id: 7 }, "not put back: the row that it points to is gone"],
      ],
    );
    assert.equal(value(path, "SELECT count(*) FROM pay WHERE id IN (7, 8)"), 1);
  });

  it("come from an older snapshot when the newest that has them is damaged", async () => {
    await using site = await shop();
    const older = await backUp(site);
    const known = packs(site);
    execute(site.database("shop"), "UPDATE item SET name = name || ' changed'");
    const newer = await backUp(site);
    damageNewPacks(site, known);
    execute(site.database("shop"), "DELETE FROM pay WHERE id > 250");
    const run = await recover(site, putBack(["pay"], [newer, older]));
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps.map(({ error }) => error)));
    assert.equal(value(site.database("shop"), "SELECT count(*) FROM pay"), 300);
    assert.ok(run.steps.some(({ notes }) => notes.some((note) => note.includes("is damaged"))));
  });

  it("stay out together when a rule would be broken more often", async () => {
    const more = "    rules: ./shop.sql\n";
    await using site = await shop();
    const snapshot = await backUp(site);
    const config = readFileSync(site.join("salvor.yaml"), "utf8").replace(
      /shop": \{ (.*) \}/,
      (_, inner: string) => `shop":\n    ${inner.replaceAll(", ", "\n    ")}\n${more}`,
    );
    writeFileSync(site.join("salvor.yaml"), config, { mode: 0o600 });
    const rule = "-- rule: late · high · nothing late\nSELECT * FROM pay WHERE id > 250;\n";
    writeFileSync(site.join("shop.sql"), rule, { mode: 0o600 });
    execute(site.database("shop"), "DELETE FROM pay WHERE id > 250");
    const run = await recover(site, putBack(["pay"], [snapshot]));
    assert.equal(run.status, "undone");
    const step = run.steps.find(({ action }) => action === "put-back-rows");
    assert.equal(step?.error?.code, "RULE_BROKEN");
    assert.equal(value(site.database("shop"), "SELECT count(*) FROM pay"), 250);
    assert.deepEqual(beside(site), []);
  });

  it("are shown before, without a change", async () => {
    await using site = await shop();
    const snapshot = await backUp(site);
    const path = site.database("shop");
    execute(path, "DELETE FROM pay WHERE id > 298; DROP TABLE item");
    const before = readFileSync(path);
    await using session = await openSession({ config: site.join("salvor.yaml"), cwd: site.path });
    const asked = request(site, putBack(["item", "pay"], [snapshot]), "look");
    const [amended] = await previewRemedy(recoveryContext(session), asked, signal);
    assert.deepEqual(
      amended?.collections.map(({ name, created, back }) => [name, created, back]),
      [
        ["item", true, 300],
        ["pay", false, 2],
      ],
    );
    assert.deepEqual(readFileSync(path), before);
    assert.deepEqual(beside(site), []);
  });
});

it("a program that stays connected sees the rows that came back", async () => {
  await using site = await shop();
  const snapshot = await backUp(site);
  execute(site.database("shop"), "DELETE FROM pay WHERE id > 250");
  await using holder = await startHolder(site.database("shop"));
  assert.deepEqual(await holder.sql("SELECT count(*) AS n FROM pay"), [{ n: 250 }]);
  const run = await recover(site, putBack(["pay"], [snapshot]));
  assert.equal(run.status, "succeeded");
  assert.deepEqual(await holder.sql("SELECT count(*) AS n FROM pay"), [{ n: 300 }]);
});
