import { delimiter, dirname, join } from "node:path";

import {
  startProcess,
  type ProcessOptions,
  type ProcessResult,
  type RunningProcess,
} from "./processes.ts";

/** The root of the checkout. */
export const PROJECT = join(import.meta.dirname, "..", "..");

/** The Node that the project pins. */
export const NODE = join(PROJECT, "node_modules", "node", "bin", "node");

/** What a user types `salvor` for. */
export const SALVOR = join(PROJECT, "bin", "salvor.cjs");

/** An environment in which nothing of this machine's user reaches the program. */
export function cleanEnvironment(
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    PATH: `${dirname(NODE)}${delimiter}${process.env["PATH"] ?? ""}`,
    HOME: process.env["HOME"] ?? "/",
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    ...more,
  };
}

/** Starts the real command line in a process group of its own. `env` is added to a clean one. */
export function startSalvor(args: readonly string[], options: ProcessOptions = {}): RunningProcess {
  const env = cleanEnvironment(options.env);
  return startProcess(NODE, [SALVOR, ...args], { ...options, env });
}

/** Runs the real command line to its end. */
export function runSalvor(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return startSalvor(args, options).finished;
}

/** As `runSalvor`, and throws with all that was said when the status is not an expected one. */
export async function expectSalvor(
  status: number | readonly number[],
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const result = await runSalvor(args, options);
  const expected = [status].flat();
  if (result.status !== null && expected.includes(result.status)) return result;
  const ended = result.signal ?? `status ${result.status}`;
  throw new Error(
    `"salvor ${args.join(" ")}" ended with ${ended}, expected ${expected.join(" or ")}\n` +
      `standard output:\n${result.stdout}\nstandard error:\n${result.stderr}`,
  );
}
