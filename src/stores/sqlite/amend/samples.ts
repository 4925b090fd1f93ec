import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after } from "node:test";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { nodeDisk } from "../../../core/disk.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { systemWorld } from "../../../core/world.ts";
import { Hosts } from "../../host/hosts.ts";
import type { PutBackCollection } from "../../put-back-collection.ts";
import type { Amended, Query, Store } from "../../types.ts";
import { sqliteDriver } from "../driver.ts";

/** Bounds what a test waits for. */
export const signal = AbortSignal.timeout(120_000);
const hosts = new Hosts();
const pool = new WorkerPool(1);
after(async () => {
  hosts[Symbol.dispose]();
  await pool[Symbol.asyncDispose]();
});

/** A database that has lost something, and its copy that has not. */
export interface Stand extends AsyncDisposable {
  readonly live: string;
  readonly source: string;
  readonly store: Store;
  /** Puts rows of the copy back. */
  putBack(
    collections: readonly (string | PutBackCollection)[],
    more?: { readonly dryRun?: boolean; readonly rules?: readonly string[] },
  ): Promise<Amended>;
}

/** A database and its copy, made by `schema`; then `loss` happens to the live one. */
export async function stand(schema: string, loss: string, busyTimeoutMs = 5000): Promise<Stand> {
  const folder = await temporaryFolder();
  const [live, source] = [folder.join("live.sqlite"), folder.join("source.sqlite")];
  execute(live, schema);
  copyFileSync(live, source);
  execute(live, loss);
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder.path };
  const store = await sqliteDriver.open("shop", { path: live, busyTimeoutMs }, context);
  return {
    live,
    source,
    store,
    putBack: (collections, { dryRun = false, rules = [] } = {}) =>
      store.amend(
        {
          kind: "put-back-rows",
          source,
          collections: collections.map((each) =>
            typeof each === "string" ? { name: each, forget: null } : each,
          ),
          rules: rules.map(query),
          dryRun,
        },
        signal,
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function query(text: string): Query {
  return { text, timeoutMs: 500, rowsMax: 10, bytesMax: 10_000 };
}

/** Runs statements as a program would that keeps no rules. */
export function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    defensive: false,
  });
  database.exec(sql);
}

/** Rows of a query, their values joined. */
export function rows(path: string, sql: string): readonly unknown[] {
  using database = new DatabaseSync(path);
  return database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row).join("|"));
}

/** Digest of a file's bytes. */
export function sha(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** What the decoder reads of both: equal means equal to the last bit. */
export async function digests(
  { store, source }: Stand,
  table: string,
): Promise<readonly unknown[]> {
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: `${source}-s` };
  const copy = await sqliteDriver.open("shop", { path: source }, context);
  const found: unknown[] = [];
  for (const [each, exclusive] of [
    [store, false],
    [copy, true],
  ] as const) {
    await using image = await each.capture({ exclusive }, signal);
    const { receipt } = await image.seal({ portable: false }, signal);
    found.push(receipt.collections[table]?.digest);
  }
  return found;
}

/** Four items, one of them without a price. */
export const ITEMS = `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL);
  INSERT INTO item VALUES (1, 'one', 1.0), (2, 'two', 2.5), (3, 'three', NULL), (4, 'four', 4);`;
