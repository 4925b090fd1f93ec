import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { build } from "esbuild";

import { median, run, type Cost } from "./measure.ts";

// Each look at many small documents, from taking hold of the folder to the last finding, against
// reading them and calling JSON.parse on each; every run in a process of its own whose start counts.
// The program is the one that is published: build it first.
//   npm run build && node bench/documents.ts [--documents 100000] [--rounds 3]

const MEGABYTE = 1_000_000;
const WAYS = ["parse", "audit", "integrity", "scan"] as const;

type Way = (typeof WAYS)[number];

const { values: options } = parseArgs({
  options: {
    documents: { type: "string", default: "100000" },
    rounds: { type: "string", default: "3" },
  },
});

await compare();

interface Stand {
  readonly folder: string;
  /** Path of what looks. */
  readonly program: string;
}

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "salvor-bench-"));
  try {
    const stand = { folder, program: await buildLooks(`${folder}-built`) };
    generate(folder, Number(options.documents));
    const costs = new Map<Way, Cost[]>(WAYS.map((way) => [way, []]));
    for (const way of WAYS) await costOf(stand, way); // fills the caches of all
    for (let round = 0; round < Number(options.rounds); round += 1) {
      // In turn, so that what else the machine does falls on all.
      for (const way of WAYS) costs.get(way)?.push(await costOf(stand, way));
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
    rmSync(`${folder}-built`, { recursive: true, force: true });
  }
}

function costOf({ folder, program }: Stand, way: Way): Promise<Cost> {
  const looking = [program, folder, way];
  const parsing = [join(import.meta.dirname, "parse-all.ts"), join(folder, "contracts")];
  return run({
    program: process.execPath,
    args: way === "parse" ? parsing : looking,
    cwd: process.cwd(),
    // As the program itself: what was compiled once is kept.
    env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: `${folder}-compiled` },
  });
}

/** What looks, beside the modules of the built program, which it finds by their paths. */
async function buildLooks(into: string): Promise<string> {
  cpSync(join(import.meta.dirname, "../dist"), join(into, "dist"), { recursive: true });
  writeFileSync(join(into, "package.json"), '{ "type": "module" }');
  const outfile = join(into, "dist", "bench", "look.js");
  await build({
    entryPoints: [join(import.meta.dirname, "look-at-documents.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["pino"],
    alias: { yaml: join(import.meta.dirname, "../node_modules/yaml/browser/dist/index.js") },
  });
  return outfile;
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
