import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";

import fc from "fast-check";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { seededRandom, type Random } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { buildRandom, randomDatabase } from "../../../../test/zoo/random-database.ts";
import { buildZoo } from "../../../../test/zoo/zoo.ts";
import { nodeDisk } from "../../../core/disk.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { systemWorld } from "../../../core/world.ts";
import type { Receipt } from "../../../receipts/types.ts";
import { Hosts } from "../../host/hosts.ts";
import type { Amended, Store } from "../../types.ts";
import { sqliteDriver } from "../driver.ts";
import { quoted } from "../schema/names.ts";

const RANDOM_DATABASES = 8;

const signal = AbortSignal.timeout(120_000);
const pool = new WorkerPool(1);
const hosts = new Hosts();
after(async () => {
  hosts[Symbol.dispose]();
  await pool[Symbol.asyncDispose]();
});

// Goal: whatever a table is like, rows that it lost come back to the last bit. Method: half of the
// rows of every table go, or the table itself; what is put back must seal to the receipt of before.
describe(`rows that any database has lost (SEED=${SEED})`, () => {
  it("come back bit by bit into the databases of the zoo", async () => {
    await using folder = await temporaryFolder();
    const random = seededRandom(SEED);
    let whole = 0;
    for (const { name, path } of await buildZoo(folder.path)) {
      whole += await loseAndPutBack(folder.path, path, { name, random });
    }
    assert.ok(whole > 20, `only ${whole} tables came back whole`);
  });

  it("come back bit by bit into databases by chance", async () => {
    await using folder = await temporaryFolder();
    const random = seededRandom(SEED);
    const path = folder.join("random.sqlite");
    for (const each of fc.sample(randomDatabase, { numRuns: RANDOM_DATABASES, seed: SEED })) {
      buildRandom(path, each);
      await loseAndPutBack(folder.path, path, { name: fc.stringify(each), random });
    }
  });
});

/** Returns how many tables had lost something and came back whole. */
async function loseAndPutBack(
  scratch: string,
  source: string,
  { name, random }: { readonly name: string; readonly random: Random },
): Promise<number> {
  const live = `${source}.live`;
  copyFileSync(source, live);
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch };
  const open = (path: string) => sqliteDriver.open("zoo", { path }, context);
  const [store, copy] = [await open(live), await open(source)];
  const before = await receiptOf(copy);
  const internal = new Set((before.recorded["internal"] as readonly string[] | undefined) ?? []);
  const tables = Object.keys(before.collections).filter((each) => !internal.has(each));
  const hurt = tables.filter((table) => lose(live, table, random));
  if (hurt.length === 0) return 0;
  const { collections, touched } = await putBack(store, source, hurt);
  if (touched.length > 0) return 0; // triggers have done what they do
  const now = await receiptOf(store);
  for (const { name: table, refused, refusedTotal } of collections) {
    const [then, back] = [before.collections[table], now.collections[table]];
    const said = `${name}: ${table} refused ${JSON.stringify(refused).slice(0, 300)}`;
    // What pointed nowhere before may not come back; everything else must.
    if (refusedTotal === 0) assert.deepEqual(back, then, said);
    else assert.equal(back?.count, (then?.count ?? 0) - refusedTotal, said);
  }
  return collections.filter(({ refusedTotal, back }) => refusedTotal === 0 && back > 0).length;
}

async function receiptOf(store: Store): Promise<Receipt> {
  await using image = await store.capture({ exclusive: false }, signal);
  return (await image.seal({ portable: false }, signal)).receipt;
}

function putBack(store: Store, source: string, tables: readonly string[]): Promise<Amended> {
  const collections = tables.map((name) => ({ name, forget: null }));
  const work = { kind: "put-back-rows", source, collections, rules: [], dryRun: false } as const;
  return store.amend(work, signal);
}

/** Takes about half of the rows, or the whole table; false where this engine cannot. */
function lose(path: string, table: string, random: Random): boolean {
  using database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.function("by_seed", () => random.below(2));
  const sql =
    random.below(4) === 0
      ? `DROP TABLE ${quoted(table)}`
      : `DELETE FROM ${quoted(table)} WHERE by_seed()`;
  try {
    database.exec(sql);
    return true;
  } catch {
    return false; // it needs what only its application has
  }
}
