import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { crc32 } from "node:zlib";

import { cleanEnvironment, NODE, SALVOR } from "../test/support/salvor.ts";
import { median, run, type Cost } from "./measure.ts";

// What a state costs that is rebuilt from a long log, from the command to the proof, against the
// quickest program that makes the same rows (bench/floor.ts), all in turns in one run:
//   node bench/rebuild.ts [--events 1000000] [--more 10000] [--rounds 5] [--program bin/salvor.cjs]
// The log repeats the sample of test/data/events under new subjects. `--more` events are appended for
// the rebuild that only applies what is new.

const { values: options } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    more: { type: "string", default: "10000" },
    rounds: { type: "string", default: "5" },
    program: { type: "string", default: SALVOR },
    work: { type: "string", default: join(tmpdir(), "salvor-bench-rebuild") },
  },
});
const events = Number(options.events);
const DATA = join(import.meta.dirname, "../test/data");
const log = join(options.work, "log.jsonl");
const env = cleanEnvironment();

const WAYS = ["floor", "declarative", "verify-state", "more", "code"] as const;
type Way = (typeof WAYS)[number];

await main();

async function main(): Promise<void> {
  rmSync(options.work, { recursive: true, force: true });
  mkdirSync(join(options.work, "state"), { recursive: true });
  const costs = new Map<Way, Cost[]>(WAYS.map((way) => [way, []]));
  const keep = (way: Way, cost: Cost): void => void costs.get(way)?.push(cost);
  for (let round = 0; round < Number(options.rounds); round += 1) {
    append("w", 0, events);
    keep("floor", await floor());
    for (const way of ["code", "declarative"] as const) {
      configure(way);
      const cost = await salvor("rebuild");
      expect(cost, { applied: events, corrupted: 0 });
      keep(way, cost);
    }
    keep("verify-state", await salvor("verify-state"));
    append("a", events, Number(options.more));
    const cost = await salvor("rebuild", "--from-timestamp", "0");
    expect(cost, { applied: Number(options.more), corrupted: 0 });
    keep("more", cost);
  }
  report(costs);
  rmSync(options.work, { recursive: true, force: true });
}

function floor(): Promise<Cost> {
  const program = join(import.meta.dirname, "floor.ts");
  const args = [program, log, join(options.work, "floor.sqlite")];
  return run({ program: NODE, args, cwd: options.work, env });
}

function salvor(...words: readonly string[]): Promise<Cost> {
  const args = [options.program, ...words, "--json", "--quiet"];
  return run({ program: NODE, args, cwd: options.work, env });
}

function expect({ stdout }: Cost, wanted: Readonly<Record<string, number>>): void {
  const told = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(wanted)) {
    if (told[name] !== value) throw new Error(`${name} is ${String(told[name])}, not ${value}`);
  }
}

function configure(form: "code" | "declarative"): void {
  const module = join(DATA, "projections/registry.ts");
  const declarative = `
    tables: { files: { key: path, columns: { path: text, blob: text, mode: text } } }
    on:
      file.added:    { upsert: files, set: { path: data.path, blob: data.blob, mode: data.mode } }
      file.modified: { upsert: files, set: { path: data.path, blob: data.blob, mode: data.mode } }
      file.deleted:  { delete: files, key: data.path }`;
  const text = `system: bench
stores:
  history:
    driver: event-log
    path: ${log}
    checksum: { field: checksum, algorithm: crc32, over: head }
projections:
  registry:
    log: history
    target: ./state/registry.sqlite
    ${form === "code" ? `module: ${module}` : declarative.trim()}
`;
  writeFileSync(join(options.work, "salvor.yaml"), text);
}

/** Writes events after the first so many: the sample again and again, each time under a new name. */
function append(how: "a" | "w", from: number, count: number): void {
  const sample = readFileSync(join(DATA, "events/history.jsonl"), "utf8").trimEnd().split("\n");
  const parsed = sample.map((line) => JSON.parse(line) as SampleEvent);
  const file = openSync(log, how);
  let text = "";
  for (let at = from; at < from + count; at += 1) {
    const event = parsed[at % parsed.length];
    if (event !== undefined) text += lineOf(event, at, Math.floor(at / parsed.length));
    if (text.length < 1_000_000 && at + 1 < from + count) continue;
    writeSync(file, text);
    text = "";
  }
  closeSync(file);
}

interface SampleEvent {
  readonly id: string;
  readonly subject: string;
  readonly data: { readonly path: string };
  readonly checksum: string;
}

function lineOf({ checksum: _, ...event }: SampleEvent, at: number, round: number): string {
  const head = JSON.stringify({
    ...event,
    id: `${event.id}-${round}`,
    subject: `r${round}/${event.subject}`,
    sequence: String(at + 1).padStart(12, "0"),
    data: { ...event.data, path: `r${round}/${event.data.path}` },
  }).slice(0, -1);
  return `${head},"checksum":"${crc32(head).toString(16).padStart(8, "0")}"}\n`;
}

function report(costs: ReadonlyMap<Way, readonly Cost[]>): void {
  const ms = (way: Way, of: "wallMs" | "cpuMs" = "wallMs"): number =>
    median((costs.get(way) ?? []).map((cost) => cost[of]));
  say(`${events} events, medians of ${options.rounds}, load ${loadavg()[0]?.toFixed(1)}\n`);
  for (const way of WAYS) {
    const all = costs.get(way) ?? [];
    const largest = Math.max(...all.map((cost) => cost.largestBytes)) / 1e6;
    const tree = Math.max(...all.map((cost) => cost.treeBytes)) / 1e6;
    say(
      `${way.padEnd(14)}${(ms(way) / 1000).toFixed(2).padStart(7)} s ` +
        `${(ms(way, "cpuMs") / 1000).toFixed(2).padStart(7)} s on all cores ` +
        `${largest.toFixed(0).padStart(5)} MB, ${tree.toFixed(0)} MB with its children`,
    );
  }
  say("");
  const rate = events / (ms("declarative") / 1000);
  limit("events a second", rate, 150_000, rate >= 150_000);
  ratio("declarative of the floor", ms("declarative") / ms("floor"), 2);
  ratio("code of declarative", ms("code") / ms("declarative"), 2);
  ratio("verify-state of rebuild", ms("verify-state") / ms("declarative"), 1.2);
  ratio(`${options.more} more of rebuild`, ms("more") / ms("declarative"), 0.5);
}

function ratio(what: string, value: number, most: number): void {
  limit(what, value, most, value <= most);
}

function limit(what: string, value: number, wanted: number, isMet: boolean): void {
  const shown = value >= 1000 ? Math.round(value).toLocaleString("en") : value.toFixed(2);
  say(`${what.padEnd(28)}${shown.padStart(10)}  ${wanted}  ${isMet ? "met" : "MISSED"}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
