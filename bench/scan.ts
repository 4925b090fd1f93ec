import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";

import { WorkerPool } from "../src/core/pool.ts";
import { walkPages } from "../src/stores/sqlite/scan/scan.ts";
import { median, run, type Cost } from "./measure.ts";

// Our page walker on one thread and on two against the engine's own check, each run in a process of
// its own whose start counts. The engine has the cache that it has by default.
//   node bench/scan.ts <database> [--rounds 5]
// Look at databases that nobody has open: bench/generate.ts makes them.

const MEGABYTE = 1_000_000;
const WAYS = ["engine", "walker-1", "walker-2"] as const;

type Way = (typeof WAYS)[number];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, only: { type: "string" } },
});
const [path] = positionals;
if (path === undefined) throw new Error("usage: node bench/scan.ts <database> [--rounds n]");

if (options.only === undefined) await compare(path, Number(options.rounds));
else await look(path, options.only as Way);

async function compare(database: string, rounds: number): Promise<void> {
  const costs = new Map<Way, Cost[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1) {
    // In turn, so that what else the machine does falls on all.
    for (const way of WAYS) costs.get(way)?.push(await costOf(database, way));
  }
  const engineMs = median((costs.get("engine") ?? []).map(({ wallMs }) => wallMs));
  for (const [way, all] of costs) {
    const wallMs = median(all.map((cost) => cost.wallMs));
    const cpuMs = median(all.map((cost) => cost.cpuMs));
    const bytes = median(all.map((cost) => cost.largestBytes));
    process.stdout.write(
      `${way.padEnd(8)} ${(wallMs / 1000).toFixed(2)} s, ${(wallMs / engineMs).toFixed(2)} of the ` +
        `engine's, ${(cpuMs / 1000).toFixed(2)} s on all cores, ${Math.round(bytes / MEGABYTE)} MB\n`,
    );
  }
}

function costOf(database: string, way: Way): Promise<Cost> {
  const args = [import.meta.filename, database, "--only", way];
  return run({
    program: process.execPath,
    args,
    cwd: process.cwd(),
    env: { PATH: process.env["PATH"] ?? "" },
  });
}

async function look(database: string, way: Way): Promise<void> {
  if (way === "engine") {
    using engine = new DatabaseSync(database, { readOnly: true });
    const [answer] = engine.prepare("PRAGMA integrity_check").all();
    if (answer?.["integrity_check"] !== "ok") throw new Error("the engine finds damage");
    return;
  }
  await using pool = new WorkerPool(way === "walker-1" ? 1 : 2);
  const { observations } = await walkPages(database, pool, new AbortController().signal);
  if (observations.length > 0) throw new Error("the walker finds damage");
}
