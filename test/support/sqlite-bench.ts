import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { nodeDisk } from "../../src/core/disk.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld } from "../../src/core/world.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import { sqliteDriver } from "../../src/stores/sqlite/driver.ts";
import type { Inspection, InspectionKind } from "../../src/stores/types.ts";

/** Databases in a folder of a test's own, and looks at them. */
export interface SqliteBench extends AsyncDisposable {
  readonly folder: string;
  /** A name that nothing has yet. */
  path(): string;
  /**
   * Makes a database. `written`, by what it is about, are statements that change the schema behind the
   * engine's back: how rows come about that break a rule.
   */
  database(sql: string, written?: readonly (readonly [about: string, sql: string])[]): string;
  /** Holds it as a store and looks at it; fails when a byte of it changes, or a file appears beside it. */
  inspect(path: string, ...kinds: readonly InspectionKind[]): Promise<readonly Inspection[]>;
}

/** Opens a bench with its own threads and processes. */
export async function sqliteBench(): Promise<SqliteBench> {
  const folder = mkdtempSync(join(tmpdir(), "salvor-bench-"));
  const scratch = join(folder, "scratch");
  mkdirSync(scratch);
  const hosts = new Hosts();
  const pool = new WorkerPool(2);
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch };
  let count = 0;
  const path = (): string => join(folder, `database-${++count}.sqlite`);
  return {
    folder,
    path,
    database: (sql, written = []) => makeDatabase(path(), sql, written),
    inspect: async (name, ...kinds) => {
      const before = stateOf(folder);
      const store = await sqliteDriver.open("bench", { path: name }, context);
      await using specimen = await store.hold(AbortSignal.timeout(60_000));
      const seen: Inspection[] = [];
      for (const kind of kinds)
        seen.push(await specimen.inspect(kind, AbortSignal.timeout(60_000)));
      if (stateOf(folder) !== before) throw new Error(`a look at ${name} changed ${folder}`);
      return seen;
    },
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

function makeDatabase(
  path: string,
  sql: string,
  written: readonly (readonly [string, string])[],
): string {
  const options = { enableForeignKeyConstraints: false, enableDoubleQuotedStringLiterals: true };
  const database = new DatabaseSync(path, options);
  database.enableDefensive(false);
  database.exec(sql);
  if (written.length > 0) database.exec("PRAGMA writable_schema = ON");
  for (const [about, change] of written) {
    if (database.prepare(change).run().changes === 0) throw new Error(`no schema of ${about}`);
  }
  database.close();
  return path;
}

/** Names and digests of all files but those in scratch, and the -shm, where readers leave marks. */
function stateOf(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("-shm"))
    .map(({ name }) => `${name} ${sha256Hex(readFileSync(join(folder, name)))}`)
    .toSorted()
    .join("\n");
}

/** Overwrites the root page of a table with bytes that are no page. */
export function flipBytes(path: string, table: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  const [row] = database
    .prepare(
      "SELECT rootpage, (SELECT page_size FROM pragma_page_size) AS size FROM sqlite_schema WHERE name = ?",
    )
    .all(table);
  database.close();
  const size = Number(row?.["size"]);
  const bytes = readFileSync(path);
  bytes.fill(0xa5, (Number(row?.["rootpage"]) - 1) * size, Number(row?.["rootpage"]) * size);
  writeFileSync(path, bytes);
}
