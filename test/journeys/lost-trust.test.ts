import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PROJECT } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";

// Goal: what was true of a repository once is not taken for true when it no longer is.
// Method: take the repository away as an unmounted disk does; damage a pack after it was proven.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

async function openShop(): Promise<Site> {
  const site = await openSite({ stores: { shop: "shop.sqlite" } });
  copyFileSync(CHINOOK, site.join("shop.sqlite"));
  await site.expect(0, ["backup"]);
  return site;
}

test("a backup makes no new repository where there was one, unless it is told to", async () => {
  await using site = await openShop();
  rmSync(site.join("backups"), { recursive: true });
  const { stderr } = await site.expect(3, ["backup"]);
  assert.match(stderr, /is gone/);
  assert.match(stderr, /--new-repository/);
  await site.expect(0, ["backup", "--new-repository"]);
  await site.expect(0, ["backup"]);
});

test("a level falls when a later look finds damage", async () => {
  await using site = await openShop();
  await site.expect(0, ["verify", "shop@latest", "--level", "complete"]);
  assert.equal(await levelOf(site), "complete");
  const packs = site.join("backups", "packs");
  for (const name of readdirSync(packs, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".pack")) continue;
    const bytes = readFileSync(join(packs, name));
    bytes.fill(0, bytes.length >> 1, (bytes.length >> 1) + 512);
    writeFileSync(join(packs, name), bytes);
  }
  await site.expect(4, ["verify", "shop@latest"]);
  assert.equal(await levelOf(site), "none");
});

async function levelOf(site: Site): Promise<string> {
  const { stdout } = await site.expect(0, ["snapshots", "--json"]);
  const { snapshots } = JSON.parse(stdout) as { readonly snapshots: { readonly level: string }[] };
  return String(snapshots[0]?.level);
}
