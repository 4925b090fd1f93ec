import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { nodeDisk } from "../src/core/disk.ts";
import { WorkerPool } from "../src/core/pool.ts";
import { systemWorld } from "../src/core/world.ts";
import { documentsDriver } from "../src/stores/documents/driver.ts";
import { Hosts } from "../src/stores/host/hosts.ts";
import type { InspectionKind } from "../src/stores/types.ts";
import { median, run, type Cost } from "./measure.ts";

// Each look at many small documents, from taking hold of the folder to the last finding, against
// reading them and calling JSON.parse on each; every run in a process of its own whose start counts.
//   node bench/documents.ts [--documents 100000] [--rounds 3]

const MEGABYTE = 1_000_000;
const WAYS = ["parse", "audit", "integrity", "scan"] as const;

type Way = (typeof WAYS)[number];

const { values: options } = parseArgs({
  options: {
    documents: { type: "string", default: "100000" },
    rounds: { type: "string", default: "3" },
    folder: { type: "string" },
    only: { type: "string" },
  },
});

const collections = {
  contracts: {
    files: "contracts/*.json",
    key: "contract_id",
    references: { depends_on: "contracts" },
    states: { field: "status", completed: { requires: ["completed_at"] } },
    order: ["created_at", "completed_at"],
  },
};

if (options.only === undefined || options.folder === undefined) await compare();
else if (options.only === "parse") parseAll(options.folder);
else await look(options.folder, options.only as InspectionKind);

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "salvor-bench-"));
  try {
    generate(folder, Number(options.documents));
    const costs = new Map<Way, Cost[]>(WAYS.map((way) => [way, []]));
    for (const way of WAYS) await costOf(folder, way); // fills the caches of all
    for (let round = 0; round < Number(options.rounds); round += 1) {
      // In turn, so that what else the machine does falls on all.
      for (const way of WAYS) costs.get(way)?.push(await costOf(folder, way));
    }
    const parseMs = median((costs.get("parse") ?? []).map(({ wallMs }) => wallMs));
    for (const [way, all] of costs) {
      const wallMs = median(all.map((cost) => cost.wallMs));
      const cpuMs = median(all.map((cost) => cost.cpuMs));
      const bytes = median(all.map((cost) => cost.treeBytes));
      const largest = median(all.map((cost) => cost.largestBytes));
      process.stdout.write(
        `${way.padEnd(10)} ${(wallMs / 1000).toFixed(2)} s, ${(wallMs / parseMs).toFixed(2)} of ` +
          `parsing, ${(cpuMs / 1000).toFixed(2)} s on all cores, ${Math.round(bytes / MEGABYTE)} MB ` +
          `in all, ${Math.round(largest / MEGABYTE)} MB at most in one process\n`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(`${folder}-compiled`, { recursive: true, force: true });
  }
}

function costOf(folder: string, way: Way): Promise<Cost> {
  return run({
    program: process.execPath,
    args: [import.meta.filename, "--folder", folder, "--only", way],
    cwd: process.cwd(),
    // As the program itself: what was compiled once is kept.
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: `${folder}-compiled` },
  });
}

function parseAll(folder: string): void {
  const contracts = join(folder, "contracts");
  for (const name of readdirSync(contracts))
    JSON.parse(readFileSync(join(contracts, name), "utf8"));
}

async function look(folder: string, kind: InspectionKind): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "salvor-bench-scratch-"));
  try {
    using hosts = new Hosts();
    await using pool = new WorkerPool();
    const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch };
    await using store = await documentsDriver.open("bench", { path: folder, collections }, context);
    const { signal } = new AbortController();
    await using specimen = await store.hold(signal);
    const { observations, checked } = await specimen.inspect(kind, signal);
    if (observations.length > 0 || checked === 0) throw new Error(`the ${kind} finds damage`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function generate(folder: string, count: number): void {
  mkdirSync(join(folder, "contracts"));
  for (let number = 0; number < count; number += 1) {
    const id = idOf(number);
    const document = {
      contract_id: id,
      title: `Audit “ledger” #${number}`,
      description: 'Quote "exactly" \\ once.\nSay what was lost.\nKeep the old copy.',
      status: number % 2 === 0 ? "available" : "completed",
      estimated_hours: number % 80,
      value: { amount: `${number}.39`, currency: "EUR" },
      created_at: "2025-08-01T00:37:00Z",
      completed_at: number % 2 === 0 ? null : "2025-08-02T09:37:00Z",
      deliverables: [{ name: "part-0", done: true }],
      depends_on: number < 7 ? [] : [idOf(number - 7)],
    };
    const text = `${JSON.stringify(document, null, 2)}\n`;
    writeFileSync(join(folder, "contracts", `${id}.json`), text);
  }
}

function idOf(number: number): string {
  return `CNT-${String(number).padStart(6, "0")}`;
}
