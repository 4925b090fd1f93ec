import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import type { RunDocument } from "../../src/app/run-document.ts";
import { startHolder } from "./holder.ts";
import { openSite, type Site } from "./site.ts";
import { buildBank, readBooks, startWriter } from "./writer.ts";

// Goal: a program that has the live database open through a restore loses nothing silently.
// Method: one connection stays open in another process, reads and commits before, between and after.

const IN_PLACE = ["restore", "bank@latest", "--in-place", "--yes", "--json"];
const DONE = 0;
/** Programs that stayed connected have written since: the live store is newer than the receipt. */
const DONE_AND_NEWER = 1;
const BUSY = 5;
const DONE_WITH_LOSSES = 6;
const ROUNDS = 3;
/** Each commit between a quarantine and its exchange costs another of both, up to five times. */
const PAUSE_MS = 1_600;

for (const journalMode of ["wal", "delete"] as const) {
  test(`an open connection sees the restored content, journal mode ${journalMode}`, async () => {
    await using site = await bankSite(journalMode);
    await using holder = await startHolder(site.database("bank"));
    await site.expect(0, ["backup"]);
    await holder.sql("INSERT INTO ledger VALUES (7, 70)");
    await holder.sql("DELETE FROM ballast WHERE id <= 5");

    const run = runOf(await site.expect(DONE_WITH_LOSSES, IN_PLACE));
    assert.deepEqual(await holder.sql("SELECT id FROM ledger WHERE id = 7"), []);
    assert.deepEqual(await holder.sql("SELECT count(*) AS n FROM ballast WHERE id <= 5"), [
      { n: 5 },
    ]);
    const named = run.losses.map(({ collection, key }) => ({ collection, key }));
    assert.deepEqual(named, [{ collection: "ledger", key: { id: 7 } }]);
    assert.deepEqual(keptIds(site).has(7), true);

    await holder.sql("INSERT INTO ledger VALUES (8, 80)");
    assert.equal(
      await isLive(site, 8),
      true,
      "what it writes afterwards goes to the live database",
    );
    assert.deepEqual(await holder.sql("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
  });

  test(`no commit of a busy writer disappears silently, journal mode ${journalMode}`, async () => {
    await using site = await bankSite(journalMode);
    await site.expect(0, ["backup"]);
    await using writer = await startWriter(site.database("bank"), { pauseMs: PAUSE_MS });
    const named = new Set<number>();
    let restored = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      await writer.more(1);
      const result = await site.expect([DONE, DONE_AND_NEWER, DONE_WITH_LOSSES, BUSY], IN_PLACE);
      if (result.status === BUSY) {
        assert.match(result.stdout + result.stderr, /was written to|locked/);
        continue;
      }
      restored += 1;
      for (const id of lossesOf(runOf(result))) named.add(id);
    }
    await writer.end();

    assert.ok(restored > 0, "not one restore got through");
    const live = new Set(readBooks(site.database("bank")).ledger);
    const kept = keptIds(site);
    for (const id of writer.committed) {
      assert.ok(live.has(id) || (named.has(id) && kept.has(id)), `commit ${id} is nowhere`);
    }
  });
}

test("where only a rename will do, whoever has the database open is named", async () => {
  await using site = await bankSite("delete");
  await using holder = await startHolder(site.database("bank"));
  await site.expect(0, ["backup"]);
  const sealed = readBooks(site.database("bank"));
  await holder.sql("SELECT * FROM account");
  await overwriteHeader(site.database("bank"));
  const damaged = readFileSync(site.database("bank"));

  const refused = await site.expect(BUSY, IN_PLACE);
  assert.match(
    refused.stdout + refused.stderr,
    new RegExp(`process ${holder.pid} \\(.*holder-main`),
  );
  assert.deepEqual(readFileSync(site.database("bank")), damaged, "nothing was touched");
  assert.deepEqual(
    readdirSync(site.path).filter((name) => name.includes(".salvor-")),
    [],
  );

  await holder.end();
  const { proof } = runOf(await site.expect([DONE, DONE_WITH_LOSSES], IN_PLACE));
  assert.equal(proof?.equal, true);
  assert.deepEqual(readBooks(site.database("bank")), sealed);
});

async function bankSite(journalMode: "wal" | "delete"): Promise<Site> {
  const site = await openSite({ stores: { bank: "bank.sqlite" } });
  buildBank(site.database("bank"), journalMode, 1);
  return site;
}

function runOf(result: { json(): unknown }): RunDocument {
  return result.json() as RunDocument;
}

/** The rows of the ledger that a run says are gone. */
function lossesOf({ losses }: RunDocument): readonly number[] {
  return losses
    .filter(({ collection }) => collection === "ledger")
    .map(({ key }) => (key as { id: number }).id);
}

/** Every row of the ledger in any quarantine. */
function keptIds(site: Site): ReadonlySet<number> {
  const folder = site.join(".salvor", "quarantine");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith("bank.sqlite"),
  );
  return new Set(files.flatMap((name) => readLedger(join(folder, name))));
}

function readLedger(path: string): readonly number[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare("SELECT id FROM ledger")
      .all()
      .map(({ id }) => Number(id));
  } finally {
    database.close();
  }
}

async function isLive(site: Site, id: number): Promise<boolean> {
  await using other = await startHolder(site.database("bank"));
  return (await other.sql(`SELECT id FROM ledger WHERE id = ${id}`)).length === 1;
}

async function overwriteHeader(path: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(Buffer.alloc(100, 0x5a), 0, 100, 0);
}
