import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

import { SalvorError, type ErrorCode } from "../../core/errors.ts";
import { siblingModule } from "../../core/module.ts";
import type { HostOrder, HostReply } from "./messages.ts";

export interface HostLimits {
  /** The child is killed after this many milliseconds. */
  readonly timeoutMs: number;
  /** Megabytes of JavaScript heap. */
  readonly heapMaxMb: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Enough for copying and checking the largest stores; a hang still ends. */
export const HOST_LIMITS: HostLimits = { timeoutMs: 6 * 60 * 60 * 1000, heapMaxMb: 200 };

const STDERR_MAX = 2_000;

/**
 * Runs the export `task` of a module in a child process of its own and returns its output.
 *
 * The engine works on live stores there only: closing one of a process's handles to a file drops
 * every lock that the process has on it, and a statement in C cannot be stopped but by SIGKILL.
 *
 * @throws {SalvorError} what the task threw; HOST_LIMIT when the time is up; HOST_FAILED when the
 *   child died; CANCELLED when the signal was aborted (the child is killed).
 */
export async function runInHost<Output>(
  module: URL,
  input: unknown,
  signal: AbortSignal,
  limits: HostLimits = HOST_LIMITS,
): Promise<Output> {
  signal.throwIfAborted();
  const child = fork(fileURLToPath(siblingModule(import.meta.url, "main")), [], {
    execArgv: [`--max-old-space-size=${limits.heapMaxMb}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const stop = (): void => void child.kill("SIGKILL");
  const timer = setTimeout(stop, limits.timeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await converse<Output>(child, { module: module.href, input }, signal, limits);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    stop();
  }
}

function converse<Output>(
  child: ChildProcess,
  order: HostOrder,
  signal: AbortSignal,
  limits: HostLimits,
): Promise<Output> {
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-STDERR_MAX);
  });
  return new Promise<Output>((resolve, reject) => {
    child.on("message", (reply: HostReply) => {
      if (reply.kind === "progress") limits.onProgress?.(reply.done, reply.total);
      else if (reply.kind === "done") resolve(reply.output as Output);
      else reject(failure(reply));
    });
    child.on("error", (cause) => reject(died(cause.message, cause)));
    child.on("exit", (status, killedBy) => {
      reject(ended(signal, killedBy, complaint.trim() || `exit status ${status}`, limits));
    });
    child.send(order, (error) => {
      if (error !== null) reject(died(error.message, error));
    });
  });
}

function failure(reply: HostReply & { kind: "failed" }): SalvorError {
  return new SalvorError(reply.code as ErrorCode, reply.message, { hint: reply.hint });
}

function ended(
  signal: AbortSignal,
  killedBy: NodeJS.Signals | null,
  complaint: string,
  limits: HostLimits,
): unknown {
  if (signal.aborted) return signal.reason;
  if (killedBy !== "SIGKILL") return died(complaint, undefined);
  return new SalvorError("HOST_LIMIT", `the work was stopped: over ${limits.timeoutMs} ms`, {
    hint: "The store may be very slow or locked; check its disk and run the command again.",
  });
}

function died(complaint: string, cause: unknown): SalvorError {
  return new SalvorError("HOST_FAILED", `the process that works on the store died: ${complaint}`, {
    hint: "Check memory and disk (dmesg), then run the command again.",
    cause,
  });
}
