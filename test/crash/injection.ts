import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { temporaryFolder } from "../support/folder.ts";
import { startProcess, type ProcessResult } from "../support/processes.ts";
import type { Random } from "../support/random.ts";
import { cleanEnvironment, NODE, SALVOR } from "../support/salvor.ts";

/** System calls that change a disk, or promise that it is changed. */
const CALLS = [
  "write",
  "pwrite64",
  "pwritev",
  "fsync",
  "fdatasync",
  "ftruncate",
  "rename",
  "renameat",
  "renameat2",
  "unlink",
  "unlinkat",
  "rmdir",
  "mkdir",
  "mkdirat",
] as const;

type Call = (typeof CALLS)[number];

/** What is done to a system call: the process dies in it, its whole group does, or it fails. */
export type Fault = "kill" | "killGroup" | "ENOSPC" | "EIO" | "ENOSPC+";

/** One place to break a command: the so many'th call of that name in any of its threads. */
export interface Point {
  readonly call: Call;
  readonly number: number;
  readonly fault: Fault;
}

/** A command line of Salvor and where it runs. */
export interface Target {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A wake-up between threads is a write too, and libuv aborts when that one fails. */
const NEVER_FAILS: ReadonlySet<Call> = new Set(["write"]);
const WAKE_UP = /, "(?:\\1(?:\\0){7}", 8|\*", 1)\)/;
const GROWS: ReadonlySet<Call> = new Set(["pwrite64", "pwritev", "ftruncate", "mkdir", "mkdirat"]);
/** Ended well, and what was newer than the snapshot is gone. */
const DECLARED_LOSSES = 6;
const TIMEOUT_MS = 60_000;

/** Runs a command undisturbed and answers every point at which it could be broken. */
export async function everyPoint(target: Target): Promise<Point[]> {
  await using folder = await temporaryFolder();
  const trace = join(folder.path, "trace");
  const result = await traced(target, ["-o", trace, "-e", `trace=${CALLS.join()}`]).finished;
  if (result.status !== 0 && result.status !== DECLARED_LOSSES)
    throw new Error(
      `undisturbed, it ended with ${result.status}:\n${result.stdout}${result.stderr}`,
    );
  return [...numbersOf(await readFile(trace, "utf8"))].flatMap(([call, numbers]) =>
    [...numbers].flatMap((number) => faultsOf(call).map((fault) => ({ call, number, fault }))),
  );
}

/** Some of the points, drawn by seed, so that rare calls get their share. */
export function somePoints(all: readonly Point[], count: number, random: Random): Point[] {
  const calls = [...new Set(all.map(({ call }) => call))];
  const chosen = new Set<Point>();
  for (let tries = 0; chosen.size < Math.min(count, all.length) && tries < count * 50; tries += 1) {
    const call = random.pick(calls);
    chosen.add(random.pick(all.filter((point) => point.call === call)));
  }
  return [...chosen];
}

/** What a command came to that was to be broken, and whether it got as far as that point. */
export interface Broken extends ProcessResult {
  readonly isHit: boolean;
}

/** Runs a command that is broken at one point, and waits until nothing of it runs any more. */
export async function breakAt(target: Target, point: Point): Promise<Broken> {
  const inject = `inject=${point.call}:${injected(point)}:when=${whenOf(point)}`;
  const running = traced(target, ["-e", `trace=${point.call}`, "-e", inject]);
  if (point.fault === "killGroup")
    running.child.stderr?.on("data", (bytes: Buffer) => {
      if (bytes.includes("killed by SIGKILL")) running.killGroup();
    });
  const result = await running.finished;
  running.killGroup();
  const mark = isKill(point) ? `${point.call}(?:\\(| resumed>).* = \\?` : "\\(INJECTED\\)";
  return { ...result, isHit: new RegExp(mark).test(result.stderr) };
}

/** True when the process does not live to see it. */
export function isKill({ fault }: Point): boolean {
  return fault === "kill" || fault === "killGroup";
}

/** For the title of a test, and to do it again. */
export function showPoint(point: Point): string {
  return `${point.fault} at ${point.call} #${point.number}`;
}

function traced(target: Target, options: readonly string[]): ReturnType<typeof startProcess> {
  // Not with --seccomp-bpf: then strace 6.1 breaks a thread's first call of a name and no later one.
  const strace = ["-f", "-qq", ...options, NODE, SALVOR, ...target.args];
  return startProcess("strace", strace, {
    cwd: target.cwd,
    // With one thread for files, the same call has the same number in each run.
    env: cleanEnvironment({ UV_THREADPOOL_SIZE: "1", ...target.env }),
    timeoutMs: TIMEOUT_MS,
  });
}

/** strace counts in each thread for itself: the numbers that each call has in any of them. */
function numbersOf(trace: string): Map<Call, Set<number>> {
  const counts = new Map<string, number>();
  const numbers = new Map<Call, Set<number>>();
  for (const [, thread, name, given] of trace.matchAll(/^(\d+) +(\w+)\((.*)/gm)) {
    const call = CALLS.find((each) => each === name);
    if (call === undefined) continue;
    const key = `${thread} ${call}`;
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    const isWakeUp = call === "write" && WAKE_UP.test(given ?? "");
    if (!isWakeUp) numbers.set(call, (numbers.get(call) ?? new Set()).add(number));
  }
  return numbers;
}

function faultsOf(call: Call): Fault[] {
  if (NEVER_FAILS.has(call)) return ["kill"];
  return GROWS.has(call)
    ? ["kill", "killGroup", "ENOSPC", "ENOSPC+", "EIO"]
    : ["kill", "killGroup", "EIO"];
}

function injected(point: Point): string {
  if (isKill(point)) return "signal=SIGKILL";
  return point.fault === "EIO" ? "error=EIO" : "error=ENOSPC";
}

function whenOf({ number, fault }: Point): string {
  return fault === "ENOSPC+" ? `${number}+` : `${number}`;
}
