import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { seededRandom } from "../test/support/random.ts";
import { cleanEnvironment, NODE, SALVOR } from "../test/support/salvor.ts";
import { generate } from "./generate.ts";
import { median, run, type Cost } from "./measure.ts";
import { overwrite } from "./tools.ts";

// A full recovery of a database with overwritten pages, from the command to the proof, against what
// anybody would do by hand: copy the backup over it, and let the engine check the copy.
//   node bench/full-recovery.ts [--megabytes 300] [--pages 100] [--rounds 3] [--seed 1]
//     [--program bin/salvor.cjs] [--work folder]
// Both in turns on the same machine; prints medians, and how long each step took.

const PAGE_SIZE = 4096;

const { values: options } = parseArgs({
  options: {
    megabytes: { type: "string", default: "300" },
    pages: { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    program: { type: "string", default: SALVOR },
    work: { type: "string", default: join(tmpdir(), "salvor-bench") },
  },
});

/** What the command's document says of its steps; other fields are of no interest here. */
interface Told {
  readonly sound: boolean;
  readonly proof: { readonly equal: boolean; readonly level: string } | null;
  readonly steps: Readonly<Record<"audit" | "integrity" | "scan", { stores: readonly Timed[] }>>;
  readonly run: { readonly steps: readonly ({ readonly action: string } & Timed)[] } | null;
  readonly durationMs: number;
}

interface Timed {
  readonly durationMs: number | null;
}

await main();

async function main(): Promise<void> {
  const folder = join(options.work, "full-recovery");
  const sound = soundDatabase(Number(options.megabytes), Number(options.seed));
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  const steps = new Map<string, number[]>();
  for (let round = 0; round < Number(options.rounds); round += 1) {
    theirs.push(await copyAndCheck(sound, folder));
    await prepare(sound, folder, Number(options.seed) + round);
    const recovery = salvor(folder, "full-recovery", "--yes", "--json");
    // 6: it cannot be listed what was committed to a table after the backup and is damaged now.
    const cost = await run({ ...recovery, statuses: [0, 6] });
    ours.push(cost);
    for (const [name, ms] of timesIn(told(cost))) steps.set(name, [...(steps.get(name) ?? []), ms]);
  }
  for (const [name, all] of steps) say(`  ${name.padEnd(16)} ${seconds(median(all))}`);
  report(ours, theirs);
  rmSync(folder, { recursive: true, force: true });
}

function soundDatabase(megabytes: number, seed: number): string {
  mkdirSync(options.work, { recursive: true });
  const path = join(options.work, `${megabytes}-${seed}.sqlite`);
  if (!existsSync(path)) generate(path, megabytes, seed);
  return path;
}

/** What the operator without Salvor does; the copy must be on the disk before it counts. */
async function copyAndCheck(sound: string, folder: string): Promise<Cost> {
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, "copied.sqlite");
  rmSync(copy, { force: true });
  const script = `cp "$1" "$2" && sync "$2" && sqlite3 "$2" "PRAGMA integrity_check"`;
  const env = cleanEnvironment();
  const cost = await run({
    program: "sh",
    args: ["-c", script, "sh", sound, copy],
    cwd: folder,
    env,
  });
  if (cost.stdout.trim() !== "ok") throw new Error(`the engine finds damage: ${cost.stdout}`);
  rmSync(copy);
  return cost;
}

/** A store with one backup, whose pages are then overwritten at random; never the first. */
async function prepare(sound: string, folder: string, seed: number): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const live = join(folder, "live.sqlite");
  overwrite(sound, live);
  writeFileSync(join(folder, "salvor.yaml"), configuration(live), { mode: 0o600 });
  await run(salvor(folder, "backup", "--quiet"));
  const random = seededRandom(seed);
  const pages = statSync(live).size / PAGE_SIZE;
  const file = openSync(live, "r+");
  for (let left = Number(options.pages); left > 0; left -= 1)
    writeSync(
      file,
      random.bytes(PAGE_SIZE),
      0,
      PAGE_SIZE,
      (1 + random.below(pages - 1)) * PAGE_SIZE,
    );
  closeSync(file);
}

function configuration(live: string): string {
  return [
    "system: bench",
    "state: .salvor",
    "repository: { path: ./repository }",
    "stores:",
    `  shop: { driver: sqlite, path: ${live} }`,
    "",
  ].join("\n");
}

function salvor(cwd: string, ...words: readonly string[]) {
  return { program: NODE, args: [options.program, ...words], cwd, env: cleanEnvironment() };
}

/** A recovery that proves nothing is no recovery, however fast. */
function told({ stdout }: Cost): Told {
  const document = JSON.parse(stdout) as Told;
  const { sound, proof } = document;
  if (sound && proof?.equal === true && proof.level === "complete") return document;
  throw new Error(`the recovery ended without a proof: ${stdout.slice(0, 2000)}`);
}

function timesIn({ steps, run: performed, durationMs }: Told): [name: string, ms: number][] {
  const sum = (all: readonly Timed[]): number =>
    all.reduce((total, each) => total + (each.durationMs ?? 0), 0);
  return [
    ["audit", sum(steps.audit.stores)],
    ["integrity", sum(steps.integrity.stores)],
    ["scan", sum(steps.scan.stores)],
    ...(performed?.steps ?? []).map((step): [string, number] => [step.action, sum([step])]),
    ["all of it", durationMs],
  ];
}

function report(ours: readonly Cost[], theirs: readonly Cost[]): void {
  const wall = (costs: readonly Cost[]): number => median(costs.map(({ wallMs }) => wallMs));
  for (const [name, costs] of [
    ["full-recovery", ours] as const,
    ["copy and check", theirs] as const,
  ]) {
    const cpu = median(costs.map(({ cpuMs }) => cpuMs));
    const memory = median(costs.map(({ treeBytes }) => treeBytes)) / 1_000_000;
    say(
      `${name.padEnd(18)} ${seconds(wall(costs))}, ${seconds(cpu)} on all cores, ${memory.toFixed(0)} MB`,
    );
  }
  const load = loadavg()[0]?.toFixed(1);
  say(`ratio ${(wall(ours) / wall(theirs)).toFixed(2)} of at most 3; load ${load}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
