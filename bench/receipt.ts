import { parseArgs } from "node:util";

import { nodeDisk } from "../src/core/disk.ts";
import { WorkerPool } from "../src/core/pool.ts";
import { systemWorld } from "../src/core/world.ts";
import { Hosts } from "../src/stores/host/hosts.ts";
import { sqliteDriver } from "../src/stores/sqlite/driver.ts";
import { temporaryFolder } from "../test/support/folder.ts";
import { median } from "./measure.ts";

// How many rows a second the decoder seals, on one thread and on all:
//   node bench/receipt.ts <database> [--rounds 5]

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" } },
});
const [path] = positionals;
if (path === undefined) throw new Error("usage: node bench/receipt.ts <database> [--rounds n]");

for (const threads of [1, 2]) {
  const single: number[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1)
    single.push(await rowsPerSecond(path, threads));
  const rate = Math.round(median(single)).toLocaleString("en");
  process.stdout.write(`decoder, ${threads} thread${threads > 1 ? "s" : ""}: ${rate} rows/s\n`);
}

async function rowsPerSecond(database: string, threads: number): Promise<number> {
  const { signal } = new AbortController();
  await using folder = await temporaryFolder();
  await using pool = new WorkerPool(threads);
  using hosts = new Hosts();
  const context = { world: systemWorld(), disk: nodeDisk, pool, hosts, scratch: folder.path };
  await using store = await sqliteDriver.open("bench", { path: database }, context);
  await using image = await store.capture({ exclusive: true }, signal);
  await image.collections(signal);
  const startedAt = performance.now();
  const { receipt } = await image.seal({ portable: false }, signal);
  const seconds = (performance.now() - startedAt) / 1000;
  const rows = Object.values(receipt.collections).reduce((sum, { count }) => sum + count, 0);
  return rows / seconds;
}
