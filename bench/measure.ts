import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const POLL_MS = 15;

/** A command line with its place and surroundings. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Exit statuses that are no failure; 0 alone when absent. */
  readonly statuses?: readonly number[];
}

/** What one run of a command cost, its children included. */
export interface Cost {
  readonly wallMs: number;
  /** Time on all cores, which a busy machine changes less; the command's and its children's. */
  readonly cpuMs: number;
  /** Most memory that one process had, in bytes. */
  readonly largestBytes: number;
  /** Most memory that the process and all below it had at once; shared pages count in each. */
  readonly treeBytes: number;
  readonly stdout: string;
}

/** Runs a command to its end; throws with what it said when it fails. */
export function run(command: Command): Promise<Cost> {
  const startedAt = performance.now();
  const cpuBefore = childrenCpuMs();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: { ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Buffer[] = [];
  const complained: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => said.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => complained.push(bytes));
  let largestBytes = 0;
  let treeBytes = 0;
  const timer = setInterval(() => {
    const sizes = treeOf(child.pid ?? 0).map((pid) => memoryOf(pid));
    treeBytes = Math.max(
      treeBytes,
      sizes.reduce((sum, { now }) => sum + now, 0),
    );
    largestBytes = Math.max(largestBytes, ...sizes.map(({ most }) => most));
  }, POLL_MS);
  const isExpected = (status: number | null): boolean =>
    status !== null && (command.statuses ?? [0]).includes(status);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      clearInterval(timer);
      const stdout = Buffer.concat(said).toString();
      const wallMs = performance.now() - startedAt;
      if (isExpected(status))
        resolve({ wallMs, cpuMs: childrenCpuMs() - cpuBefore, largestBytes, treeBytes, stdout });
      else
        reject(
          new Error(
            `${command.program} ${command.args.join(" ")} ended with ${status}\n` +
              `${stdout}\n${Buffer.concat(complained).toString()}`,
          ),
        );
    });
  });
}

/** The middle one; the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError("there is no median of nothing");
  return middle;
}

/** Bytes of all files below a folder. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    return sum + (entry.isDirectory() ? bytesBelow(path) : statSync(path).size);
  }, 0);
}

/** What all children that have ended have used. The kernel counts in ticks of 10 ms. */
function childrenCpuMs(): number {
  const fields = readProc("/proc/self/stat").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

function treeOf(pid: number): number[] {
  const children = readProc(`/proc/${pid}/task/${pid}/children`);
  const below = children.split(" ").filter((text) => text !== "");
  return [pid, ...below.flatMap((text) => treeOf(Number(text)))];
}

function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readProc(`/proc/${pid}/status`);
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return { now: kilobytes("VmRSS") * 1024, most: kilobytes("VmHWM") * 1024 };
}

/** Empty when the process is gone. */
function readProc(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "";
  }
}
