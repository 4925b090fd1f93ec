import { mkdir } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";

import { nodeDisk } from "../../src/core/disk.ts";
import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld } from "../../src/core/world.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import { sqliteDriver } from "../../src/stores/sqlite/driver.ts";
import type { Image } from "../../src/stores/types.ts";
import { temporaryFolder } from "./folder.ts";

export interface ChangingDatabase extends AsyncDisposable {
  /** Runs statements in the live database. */
  execute(sql: string): void;
  /** What it holds now; gone with the database. */
  capture(): Promise<Image>;
}

/** A database that is captured again and again, with threads and processes of its own. */
export async function changingDatabase(sql: string): Promise<ChangingDatabase> {
  const held = new AsyncDisposableStack();
  const folder = held.use(await temporaryFolder());
  const pool = held.use(new WorkerPool(2));
  const hosts = held.use(new Hosts());
  const [path, scratch] = [folder.join("shop.sqlite"), folder.join("scratch")];
  await mkdir(scratch, { mode: 0o700 });
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch };
  const execute = (statements: string): void => {
    using database = new DatabaseSync(path);
    database.exec(statements);
  };
  execute(sql);
  return {
    execute,
    capture: async () => {
      const store = held.use(await sqliteDriver.open("shop", { path }, context));
      return held.use(await store.capture({ exclusive: false }, AbortSignal.timeout(60_000)));
    },
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}
