import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { openEngine } from "../../src/app/engine.ts";
import { openSession } from "../../src/app/session.ts";
import { planRecover, type RecoverRequest } from "../../src/recovery/plan-recover.ts";
import type { Remedy } from "../../src/recovery/remedies.ts";
import type { Snapshot } from "../../src/repository/types.ts";
import { openSite, type Site } from "./site.ts";

/** Bounds what a test waits for. */
export const signal = AbortSignal.timeout(120_000);

const SCHEMA = `PRAGMA journal_mode = DELETE;
  CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
  CREATE TABLE pay (id INTEGER PRIMARY KEY AUTOINCREMENT, item REFERENCES item, note TEXT);
  CREATE INDEX pay_item ON pay (item);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    INSERT INTO item SELECT i, 'item ' || i FROM n;
  INSERT INTO pay SELECT id, id, 'note ' || id FROM item;`;

/** Runs statements as a program would that keeps no rules. */
export function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    defensive: false,
  });
  database.exec(sql);
}

/** The first value of the first row. */
export function value(path: string, sql: string): unknown {
  using database = new DatabaseSync(path, { readOnly: true });
  const [found] = Object.values(database.prepare(sql).get() ?? {});
  return found;
}

/** A site with one store of 300 items and 300 payments, without a backup. */
export async function shop(more = ""): Promise<Site> {
  const site = await openSite({ stores: { shop: "data/shop.sqlite" }, more });
  execute(site.database("shop"), SCHEMA);
  return site;
}

/** Backs up, and returns the snapshot as the repository lists it. */
export async function backUp(site: Site): Promise<Snapshot> {
  await using salvor = await site.open();
  const { snapshots } = await salvor.backup({}, signal);
  const [found] = snapshots;
  assert.ok(found !== undefined);
  return found;
}

/** What a recovery of the store is told. */
export function request(site: Site, remedy: Remedy, id: string): RecoverRequest {
  const live = site.database("shop");
  return {
    store: "shop",
    driver: "sqlite",
    options: { path: live, busyTimeoutMs: 5000 },
    live,
    remedy,
    quarantine: site.join("quarantine", id),
    repository: null,
    unseen: true,
  };
}

/** What a remedy says to people does not matter to its plan. */
export const UNSAID = { sentence: "", unmended: [] };

/** These rows back, from the first snapshot that can be read. */
export function putBack(collections: readonly string[], candidates: readonly Snapshot[]): Remedy {
  return {
    kind: "put-back",
    sources: [{ collections: [...collections], candidates: [...candidates] }],
    indexes: [],
    ...UNSAID,
  };
}

/** Plans and carries out a remedy, as `recover` does. */
export async function recover(site: Site, remedy: Remedy, id = "run") {
  await using session = await openSession({ config: site.join("salvor.yaml"), cwd: site.path });
  const engine = await openEngine(session);
  const plan = planRecover([request(site, remedy, id)], id);
  return await engine.start(plan, { by: "test", reason: null, confirmed: true }, signal);
}

/** What lies beside the live database. */
export function beside(site: Site): readonly string[] {
  return readdirSync(site.join("data")).filter((name) => name !== "shop.sqlite");
}

/** Every chunk that only this snapshot needs is gone bad: those of packs that are new. */
export function damageNewPacks(site: Site, before: readonly string[]): void {
  for (const path of packs(site).filter((each) => !before.includes(each))) {
    const bytes = readFileSync(path);
    bytes.fill(0x5a, Math.floor(bytes.length / 4), Math.floor(bytes.length / 2));
    writeFileSync(path, bytes);
  }
}

/** All packs of the site's repository. */
export function packs(site: Site): readonly string[] {
  const folder = site.join("backups");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.startsWith("packs"))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
