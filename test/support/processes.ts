import { spawn, type ChildProcess } from "node:child_process";
import { buffer } from "node:stream/consumers";

/** How a program is started. Without `env` it gets ours. */
export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
}

/** How a program ended. `status` is null when a signal ended it. */
export interface ProcessResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as the one JSON document that it must be. */
  json(): unknown;
}

/** A program that runs, in a process group of its own. */
export interface RunningProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly finished: Promise<ProcessResult>;
  /** Ends the program and every child that it left in its group. */
  killGroup(): void;
}

/** Starts a program; it and its children are killed when the time is up (60 s unless told). */
export function startProcess(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): RunningProcess {
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A program that ends without reading its input is no fault of the test.
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");
  const killGroup = (): void => killProcessGroup(child.pid);
  const timer = setTimeout(killGroup, options.timeoutMs ?? 60_000);
  const finished = collect(child).finally(() => clearTimeout(timer));
  return { pid: child.pid ?? 0, child, finished, killGroup };
}

/** Runs a program to its end. */
export function runProcess(
  program: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  return startProcess(program, args, options).finished;
}

async function collect(
  child: ReturnType<typeof spawn> & {
    stdout: NodeJS.ReadableStream;
    stderr: NodeJS.ReadableStream;
  },
): Promise<ProcessResult> {
  const ended = new Promise<{ status: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, signal) => resolve({ status, signal }));
    },
  );
  const [out, err, end] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
  const stdout = out.toString();
  const stderr = err.toString();
  return { ...end, stdout, stderr, json: () => parseOutput(stdout, stderr) };
}

function parseOutput(stdout: string, stderr: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    const said = `standard output: ${stdout.slice(0, 500)}\nstandard error: ${stderr.slice(0, 2000)}`;
    throw new Error(`the program printed no JSON document\n${said}`, { cause: error });
  }
}

/** SIGKILL to every process of a group; no error when they are gone. */
export function killProcessGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Gone already.
  }
}
