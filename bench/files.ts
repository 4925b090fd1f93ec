import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { seededRandom } from "../test/support/random.ts";
import { cleanEnvironment, NODE } from "../test/support/salvor.ts";
import { median, run, type Command, type Cost } from "./measure.ts";
import { installSalvor } from "./tools.ts";
import { vocabulary } from "./words.ts";

// Compares the installed package with restic on a tree of many small files, both encrypted, in turns:
//   node bench/files.ts [--files 20000] [--rounds 3] [--work folder]
// A first backup begins with an empty repository; restic's is made before, Salvor's by the backup.

const { values: options } = parseArgs({
  options: {
    files: { type: "string", default: "20000" },
    rounds: { type: "string", default: "3" },
    work: { type: "string", default: join(tmpdir(), "salvor-bench-files") },
  },
});

const PASSPHRASE = "a passphrase to measure with";
const tree = join(options.work, "tree");
const costs = new Map<string, Cost[]>();

await main();

async function main(): Promise<void> {
  rmSync(options.work, { recursive: true, force: true });
  makeTree(Number(options.files));
  const program = await installSalvor(join(options.work, "installed"));
  const tools = [restic(), salvor(program)];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    // Who begins changes, so that neither always finds the warmer cache.
    for (const { name, reset, backup } of round % 2 === 0 ? tools : tools.toReversed()) {
      await reset();
      await measure(`${name} first`, backup);
      await measure(`${name} second`, backup);
    }
  }
  for (const when of ["first", "second"]) report(when);
}

/** As a node_modules folder: a few hundred packages, most files short, some long. */
function makeTree(files: number): void {
  const random = seededRandom(1);
  const words = vocabulary(random);
  for (let at = 0; at < files; at += 1) {
    const folder = join(tree, `package-${at % 400}`, `lib-${Math.floor(at / 400) % 7}`);
    mkdirSync(folder, { recursive: true });
    const sentences = 1 + Math.floor(2 ** (random.below(900) / 100));
    const lines = Array.from({ length: sentences }, () => words.sentence(8));
    writeFileSync(join(folder, `file-${at}.js`), lines.join("\n"));
  }
}

interface Tool {
  readonly name: string;
  readonly backup: Command;
  reset(): Promise<void>;
}

function restic(): Tool {
  const repository = join(options.work, "restic");
  const env = cleanEnvironment({ RESTIC_PASSWORD: PASSPHRASE, RESTIC_REPOSITORY: repository });
  const command = (...args: readonly string[]): Command => ({
    program: "restic",
    args: [...args, "--quiet"],
    cwd: options.work,
    env: { ...env, XDG_CACHE_HOME: join(repository, "cache") },
  });
  return {
    name: "restic",
    backup: command("backup", tree),
    reset: async () => {
      rmSync(repository, { recursive: true, force: true });
      await run(command("init"));
    },
  };
}

function salvor(program: string): Tool {
  const folder = join(options.work, "salvor");
  const env = cleanEnvironment({ SALVOR_PASSPHRASE: PASSPHRASE });
  return {
    name: "salvor",
    backup: { program: NODE, args: [program, "backup", "--quiet"], cwd: folder, env },
    reset: async () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, "salvor.yaml"), configuration(), { mode: 0o600 });
    },
  };
}

function configuration(): string {
  return `system: bench
state: .salvor
repository: { path: ./repository, encryption: { passphraseEnv: SALVOR_PASSPHRASE } }
stores: { tree: { driver: files, path: ${tree} } }
`;
}

async function measure(what: string, command: Command): Promise<void> {
  costs.set(what, [...(costs.get(what) ?? []), await run(command)]);
}

function report(when: string): void {
  const wall = (name: string): number =>
    median((costs.get(`${name} ${when}`) ?? []).map(({ wallMs }) => wallMs));
  const cpu = (name: string): number =>
    median((costs.get(`${name} ${when}`) ?? []).map(({ cpuMs }) => cpuMs));
  const memory = Math.max(...(costs.get(`salvor ${when}`) ?? []).map(({ treeBytes }) => treeBytes));
  const ratio = (wall("salvor") / wall("restic")).toFixed(2);
  console.log(
    `${when} backup of ${options.files} files: salvor ${Math.round(wall("salvor"))} ms ` +
      `(${Math.round(cpu("salvor"))} ms of processor), restic ${Math.round(wall("restic"))} ms ` +
      `(${Math.round(cpu("restic"))}), ratio ${ratio}, at most 1; ` +
      `${Math.round(memory / 1e6)} MB at once`,
  );
}
