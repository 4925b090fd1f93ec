import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import type { RunsDocument } from "../../src/app/types.ts";
import type { RunDocument } from "../../src/app/run-document.ts";
import { PROJECT } from "../support/salvor.ts";
import { waitFor } from "../support/wait.ts";
import { startHolder } from "./holder.ts";
import { openSite, type Site } from "./site.ts";

// Goal: a recovery that is under way is called off from elsewhere, and nothing of it stays.
// Method: a program holds a transaction open, so that the restore has to wait in its exchange.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");
const IN_PLACE = ["restore", "shop@latest", "--in-place", "--yes", "--json"];
const WAIT_MS = 50_000;

for (const journalMode of ["wal", "delete"]) {
  test(`a restore that is under way is cancelled and undone, ${journalMode}`, async () => {
    await using site = await shopSite(journalMode);
    await site.expect(0, ["backup"]);
    execute(site, "UPDATE Artist SET Name = 'newer than the backup' WHERE ArtistId = 1");
    await using holder = await startHolder(site.database("shop"));
    await holder.sql("BEGIN IMMEDIATE");
    const restore = await startRestore(site);

    const cancel = ["cancel", restore.run, "--yes", "--reason", "the wrong snapshot"];
    const document = (await site.expect(0, [...cancel, "--json"])).json() as RunsDocument;
    assert.deepEqual(
      document.runs.map(({ id, status }) => [id, status]),
      [[restore.run, "cancelled"]],
    );
    const { status, stdout, stderr } = await restore.finished;
    assert.equal(status, 1, stdout + stderr);
    assert.equal((JSON.parse(stdout) as RunDocument).status, "cancelled");
    await holder.end();

    assert.equal(nameOf(site), "newer than the backup");
    const left = readdirSync(site.join("data")).filter((name) => name.includes("salvor"));
    assert.deepEqual(left, [], "something stays beside the live store");
    await site.expect(3, cancel); // it has ended
    await site.expect(6, IN_PLACE); // and holds nobody up
    assert.notEqual(nameOf(site), "newer than the backup");
    const trail = await site.expect(0, ["audit-trail", "--json"]);
    assert.match(trail.stdout, /"action": ?"cancel"[^]*the wrong snapshot/);
  });
}

async function shopSite(journalMode: string): Promise<Site> {
  const site = await openSite({ stores: { shop: "data/shop.sqlite" } });
  copyFileSync(CHINOOK, site.database("shop"));
  execute(site, `PRAGMA journal_mode = ${journalMode}`);
  const configuration = readFileSync(site.join("salvor.yaml"), "utf8");
  const patient = configuration.replace("driver: sqlite", `$&, busyTimeoutMs: ${WAIT_MS}`);
  writeFileSync(site.join("salvor.yaml"), patient);
  return site;
}

/** A restore that has come to its exchange, where it waits for the program's transaction. */
async function startRestore(site: Site) {
  const { finished } = site.start(IN_PLACE);
  await using salvor = await site.open();
  const run = await waitFor(
    "the restore to reach its exchange",
    async () => {
      const [newest] = (await salvor.runs()).runs;
      const step = newest?.steps.find(({ action }) => action === "exchange");
      return step?.status === "running" ? (newest?.id ?? null) : null;
    },
    30_000,
  );
  return { finished, run };
}

function execute(site: Site, sql: string): void {
  using database = new DatabaseSync(site.database("shop"));
  database.exec(sql);
}

function nameOf(site: Site): string {
  using database = new DatabaseSync(site.database("shop"));
  return String(database.prepare("SELECT Name FROM Artist WHERE ArtistId = 1").get()?.["Name"]);
}
