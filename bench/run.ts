import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { cleanEnvironment, NODE } from "../test/support/salvor.ts";
import { generate, mutate } from "./generate.ts";
import { bytesBelow, median, run, type Command, type Cost } from "./measure.ts";
import { installSalvor, overwrite, resticTool, salvorTool, type Tool } from "./tools.ts";

// Compares the installed package with restic, both encrypted, in turns on the same machine:
//   node bench/run.ts [--megabytes 300] [--rounds 5] [--work folder] [--json file] [--only tool]
// Prints a table; all single measurements go into the JSON file.

/** Costs by what was done: one for each round. */
type Costs = Map<string, Cost[]>;

interface Limit {
  readonly what: string;
  readonly ours: number;
  readonly theirs: number;
  readonly limit: number;
}

const SHORT_ROUNDS = 15;

const { values: options } = parseArgs({
  options: {
    megabytes: { type: "string", default: "300" },
    rounds: { type: "string", default: "5" },
    work: { type: "string", default: join(tmpdir(), "salvor-bench") },
    json: { type: "string" },
    only: { type: "string" },
    seed: { type: "string", default: "1" },
  },
});

await main();

async function main(): Promise<void> {
  const megabytes = Number(options.megabytes);
  mkdirSync(options.work, { recursive: true });
  const [first, second] = databases(megabytes, Number(options.seed));
  const program =
    options.only === "restic" ? "" : await installSalvor(join(options.work, "installed"));
  const live = join(options.work, "live.sqlite");
  const tools = [
    resticTool(join(options.work, "restic"), live),
    salvorTool(join(options.work, "salvor"), live, program),
  ].filter(({ name }) => options.only === undefined || name === options.only);

  const costs: Costs = new Map();
  const stored = new Map<string, number>();
  for (let round = 0; round < Number(options.rounds); round += 1) {
    // Who begins changes, so that neither always finds the warmer cache.
    for (const tool of round % 2 === 0 ? tools : tools.toReversed()) {
      await measureTool(tool, { first, second, live }, costs, stored);
      say(`round ${round + 1}: ${tool.name} done`);
    }
  }
  await measureShort(program, tools, costs);
  report(megabytes, costs, stored);
}

async function measureTool(
  tool: Tool,
  files: { first: string; second: string; live: string },
  costs: Costs,
  stored: Map<string, number>,
): Promise<void> {
  tool.reset();
  overwrite(files.first, files.live);
  await measure(costs, `${tool.name} init`, tool.prepare);
  await measure(costs, `${tool.name} first`, [tool.backup]);
  stored.set(`${tool.name} first`, bytesBelow(tool.repository));
  overwrite(files.second, files.live);
  await measure(costs, `${tool.name} second`, [tool.backup]);
  stored.set(`${tool.name} second`, bytesBelow(tool.repository));
  await measure(costs, `${tool.name} restore`, tool.restore());
  if (!existsSync(tool.restored)) throw new Error(`${tool.name} restored nothing`);
}

async function measureShort(program: string, tools: readonly Tool[], costs: Costs): Promise<void> {
  const folder = tools.find(({ name }) => name === "salvor")?.backup.cwd;
  if (folder === undefined) return;
  const env = cleanEnvironment({ SALVOR_PASSPHRASE: "a passphrase to measure with" });
  const node = (...args: readonly string[]): Command => ({ program: NODE, args, cwd: folder, env });
  for (let round = 0; round < SHORT_ROUNDS; round += 1) {
    await measure(costs, "node -e 0", [node("-e", "0")]);
    await measure(costs, "salvor --version", [node(program, "--version")]);
    await measure(costs, "salvor config check", [node(program, "config", "check")]);
    await measure(costs, "salvor snapshots", [node(program, "snapshots")]);
  }
}

async function measure(costs: Costs, name: string, commands: readonly Command[]): Promise<void> {
  const all: Cost[] = [];
  for (const command of commands) all.push(await run(command));
  const total = {
    wallMs: all.reduce((sum, { wallMs }) => sum + wallMs, 0),
    cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    largestBytes: Math.max(0, ...all.map(({ largestBytes }) => largestBytes)),
    treeBytes: Math.max(0, ...all.map(({ treeBytes }) => treeBytes)),
    stdout: "",
  };
  costs.set(name, [...(costs.get(name) ?? []), total]);
}

function databases(megabytes: number, seed: number): [first: string, second: string] {
  const first = join(options.work, `${megabytes}-${seed}.sqlite`);
  const second = join(options.work, `${megabytes}-${seed}-changed.sqlite`);
  if (!existsSync(second)) {
    say(`making ${megabytes} MB`);
    generate(first, megabytes, seed);
    overwrite(first, second);
    mutate(second, 1, seed + 1);
    for (const ending of ["-wal", "-shm"]) rmSync(`${second}${ending}`, { force: true });
  }
  return [first, second];
}

function report(megabytes: number, costs: Costs, stored: ReadonlyMap<string, number>): void {
  const rows = [...costs].map(([name, all]) => ({
    name,
    ms: median(all.map(({ wallMs }) => wallMs)),
    cpu: median(all.map(({ cpuMs }) => cpuMs)),
    largest: Math.max(...all.map(({ largestBytes }) => largestBytes)),
    tree: Math.max(...all.map(({ treeBytes }) => treeBytes)),
    stored: stored.get(name) ?? null,
  }));
  print(`${megabytes} MB, median of ${options.rounds}\n`);
  print(line(["what", "ms", "cpu ms", "largest MB", "tree MB", "stored MB"]));
  for (const { name, ms, cpu, largest, tree, stored: bytes } of rows)
    print(
      line([
        name,
        ms.toFixed(0),
        cpu.toFixed(0),
        mega(largest),
        mega(tree),
        bytes === null ? "" : mega(bytes),
      ]),
    );
  print("");
  print(line(["ratio", "ours", "theirs", "ratio", "at most"]));
  for (const { what, ours, theirs, limit } of limits(costs, stored)) {
    const ratio = ours / theirs;
    const verdict = ratio <= limit ? "" : "  MISSED";
    print(
      line([what, ours.toFixed(0), theirs.toFixed(0), ratio.toFixed(2), String(limit)]) + verdict,
    );
  }
  if (options.json !== undefined) {
    const document = { megabytes, rows, single: Object.fromEntries(costs) };
    writeFileSync(options.json, `${JSON.stringify(document, null, 2)}\n`);
  }
}

function limits(costs: Costs, stored: ReadonlyMap<string, number>): Limit[] {
  const ms = (name: string): number => {
    const all = costs.get(name);
    return all === undefined ? Number.NaN : median(all.map(({ wallMs }) => wallMs));
  };
  const kilobytes = (name: string): number => (stored.get(name) ?? Number.NaN) / 1000;
  const short = (name: string): Limit => ({
    what: name,
    ours: ms(name),
    theirs: ms("node -e 0"),
    limit: 3,
  });
  const against = (what: string, limit: number): Limit => ({
    what: `${what} backup`,
    ours: ms(`salvor ${what}`),
    theirs: ms(`restic ${what}`),
    limit,
  });
  const init = ms("salvor init") + ms("salvor first");
  return [
    {
      what: "init + first",
      ours: init,
      theirs: ms("restic init") + ms("restic first"),
      limit: 0.7,
    },
    { ...against("first", 1), ours: init },
    against("second", 0.7),
    {
      what: "stored first",
      ours: kilobytes("salvor first"),
      theirs: kilobytes("restic first"),
      limit: 1.1,
    },
    {
      what: "stored both",
      ours: kilobytes("salvor second"),
      theirs: kilobytes("restic second"),
      limit: 1.1,
    },
    {
      what: "restore + proof",
      ours: ms("salvor restore"),
      theirs: ms("restic restore"),
      limit: 1.5,
    },
    short("salvor --version"),
    short("salvor config check"),
    short("salvor snapshots"),
  ];
}

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(22) : cell.padStart(12))).join("");
}

function mega(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
