import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import type { AuditDocument } from "../../src/app/look-documents.ts";
import { execute, shop } from "./recover-stand.ts";
import type { Site } from "./site.ts";

// Goal: where the backups cannot be read, nobody is told that nothing is missing.
// Method: drop a table and see it, then take the backups away in several ways and look again.

const WAYS: Readonly<Record<string, (site: Site) => () => void>> = {
  "its disk is not mounted": (site) => {
    renameSync(site.join("backups"), site.join("elsewhere"));
    return () => renameSync(site.join("elsewhere"), site.join("backups"));
  },
  "no manifest can be read": (site) => {
    const folder = site.join("backups", "snapshots");
    renameSync(folder, site.join("manifests"));
    mkdirSync(folder, { mode: 0o700 });
    for (const name of readdirSync(site.join("manifests")))
      writeFileSync(join(folder, name), "rubbish");
    return () => {
      renameSync(folder, site.join("rubbish"));
      renameSync(site.join("manifests"), folder);
    };
  },
};

for (const [way, take] of Object.entries(WAYS)) {
  test(`a vanished table stays a finding when ${way}`, async () => {
    await using site = await shop();
    await site.expect(0, ["audit"]); // nobody has backed up yet: nothing to be held against
    await site.expect(0, ["backup"]);
    execute(site.database("shop"), "DROP TABLE pay");
    await site.expect(1, ["audit"]);

    const giveBack = take(site);
    const { findings } = (await site.expect(1, ["audit", "--json"])).json() as AuditDocument;
    const codes = findings.map(({ code }) => code);
    assert.deepEqual(codes.toSorted(), ["backups.unreadable", "collection.vanished"]);
    await site.expect(1, ["integrity"]);
    giveBack();
    const after = (await site.expect(1, ["audit", "--json"])).json() as AuditDocument;
    assert.ok(after.findings.some(({ code }) => code === "collection.vanished"));
    assert.ok(after.findings.every(({ code }) => code !== "backups.unreadable"));
  });
}
