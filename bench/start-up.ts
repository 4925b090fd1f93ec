// How long short commands take, in times of what Node takes to do nothing.
//   node bench/start-up.ts <bin/salvor.cjs of an installed package> <folder with a salvor.yaml>
// A busy machine says nothing here: the least of many rounds is what counts.

import { spawnSync } from "node:child_process";

const ROUNDS = 30;
const COMMANDS = ["--version", "--help", "config check", "runs", "snapshots", "status"];

const [program, folder] = process.argv.slice(2);
if (program === undefined || folder === undefined) {
  throw new Error("name the installed program, and a folder with a salvor.yaml");
}

/** Milliseconds from the start of a process to its end. */
function elapsed(words: readonly string[]): number {
  const beganMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - beganMs;
}

const cases = new Map([["node -e 0", ["-e", "0"]]]);
for (const command of COMMANDS) cases.set(command, [program, ...command.split(" ")]);
const least = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, words] of cases) {
    least.set(name, Math.min(least.get(name) ?? Infinity, elapsed(words)));
  }
}
const nothing = least.get("node -e 0") ?? Number.NaN;
for (const [name, ms] of least) {
  console.log(`${name.padEnd(14)}${ms.toFixed(0).padStart(6)} ms  ${(ms / nothing).toFixed(1)}`);
}
