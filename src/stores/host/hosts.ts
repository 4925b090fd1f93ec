import { fork, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

import { SalvorError, type ErrorCode } from "../../core/errors.ts";
import { compileCache, entryModule } from "../../core/module.ts";
import type { HostMessage, HostOrder, HostReply } from "./messages.ts";

/**
 * What a host may do with a store: read its files as bytes, or open them with the engine. `replay`
 * has the engine too, and runs code of the user's: it starts no process and writes no file otherwise.
 */
export type HostKind = "bytes" | "engine" | "replay";

/** How long a task may take, and who is told how far it is. */
export interface HostLimits {
  /** The child is killed after this many milliseconds. */
  readonly timeoutMs: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Deals with what the task tells, one after the other; when it fails, so does the run. */
  readonly onNews?: (news: unknown) => Promise<void> | void;
  /** How long an aborted task may take to end in its own way; killed at once when absent. */
  readonly graceMs?: number;
}

/** Enough for copying and checking the largest stores; a hang still ends. */
const LIMITS: HostLimits = { timeoutMs: 6 * 60 * 60 * 1000 };

/** Megabytes of JavaScript heap: a host streams, and never holds a store. */
const HEAP_MAX_MB = 200;
const STDERR_MAX = 2_000;
/** A host that nobody has asked for so long gives its memory back; a new one starts in a tenth of it. */
const IDLE_MS = 1_000;

/**
 * Child processes that work on stores, one order at a time each. A process that has opened a
 * database with the engine never reads its files as bytes: closing one of a process's handles to a
 * file drops every lock that the process has on it. And a statement in C is stopped by SIGKILL only.
 */
export class Hosts implements Disposable {
  readonly #idle = new Map<HostKind, ChildProcess>();
  /** What lets a host go that rests; one that is taken again has all its time once more. */
  readonly #ends = new WeakMap<ChildProcess, NodeJS.Timeout>();

  /** Starts a host before it is needed: that takes longer than most of its work. */
  warm(kind: HostKind): void {
    if (!this.#idle.has(kind)) this.#rest(kind, start(kind));
  }

  /**
   * Runs the export `task` of a module in a host and returns its output.
   *
   * @throws {SalvorError} what the task threw; HOST_LIMIT when the time is up; HOST_FAILED when the
   *   host died; the signal's reason when it was aborted (the host is killed), unless the task ends
   *   well within its grace.
   */
  async run<Output>(
    kind: HostKind,
    module: URL,
    input: unknown,
    signal: AbortSignal,
    limits: HostLimits = LIMITS,
  ): Promise<Output> {
    signal.throwIfAborted();
    const host = this.#take(kind);
    const stop = (): void => void host.kill("SIGKILL");
    let timer = setTimeout(stop, limits.timeoutMs);
    const cancel = (): void => {
      if (limits.graceMs === undefined) return stop();
      clearTimeout(timer);
      timer = setTimeout(stop, limits.graceMs);
      host.send({ kind: "stop" } satisfies HostMessage, () => {});
    };
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const order: HostOrder = { kind: "order", module: module.href, input };
      return await converse<Output>(host, order, signal, limits);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      this.#rest(kind, host);
    }
  }

  [Symbol.dispose](): void {
    for (const host of this.#idle.values()) host.kill("SIGKILL");
    this.#idle.clear();
  }

  #take(kind: HostKind): ChildProcess {
    const host = this.#idle.get(kind);
    this.#idle.delete(kind);
    if (host !== undefined) clearTimeout(this.#ends.get(host));
    if (host === undefined || !host.connected) return start(kind);
    host.ref();
    host.channel?.ref();
    return host;
  }

  /** One of each kind is kept; it keeps nobody alive. */
  #rest(kind: HostKind, host: ChildProcess): void {
    const isDead = host.exitCode !== null || host.signalCode !== null || host.killed;
    if (isDead || !host.connected || this.#idle.has(kind)) {
      host.kill("SIGKILL");
      return;
    }
    host.unref();
    host.channel?.unref();
    this.#idle.set(kind, host);
    this.#ends.set(host, setTimeout(() => this.#retire(kind, host), IDLE_MS).unref());
  }

  /** Unless it was taken meanwhile; a host that works is in no list. */
  #retire(kind: HostKind, host: ChildProcess): void {
    if (this.#idle.get(kind) !== host) return;
    this.#idle.delete(kind);
    host.kill("SIGKILL");
  }
}

/**
 * Of the kind that runs code of the user's: no process, no file but those of the engine, no network
 * where Node can refuse it, and time and language the same everywhere.
 */
const REPLAY = {
  execArgv: [
    "--max-semi-space-size=16", // what it reads is gone at once
    "--permission",
    "--allow-fs-read=*",
    "--allow-worker",
    "--experimental-vm-modules",
    "--disable-warning=SecurityWarning",
  ],
  env: { TZ: "UTC", LC_ALL: "C" },
};

function start(kind: HostKind): ChildProcess {
  const { execArgv, env } = kind === "replay" ? REPLAY : { execArgv: [], env: {} };
  const host = fork(fileURLToPath(entryModule("stores/host/main")), [], {
    // On Node 24, SQLite announces itself as an experiment; standard error is for complaints.
    execArgv: [
      `--max-old-space-size=${HEAP_MAX_MB}`,
      "--disable-warning=ExperimentalWarning",
      ...execArgv,
    ],
    env: { ...process.env, ...compileCache(), ...env },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  // Whoever talks to it hears of its end by its exit; a broken pipe on the way is no news.
  host.on("error", () => {});
  (host.stderr as Socket | null)?.unref();
  return host;
}

async function converse<Output>(
  host: ChildProcess,
  order: HostOrder,
  signal: AbortSignal,
  limits: HostLimits,
): Promise<Output> {
  let complaint = "";
  const complain = (chunk: Buffer): void => {
    complaint = (complaint + chunk.toString()).slice(-STDERR_MAX);
  };
  host.stderr?.on("data", complain);
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  let heard: Promise<void> = Promise.resolve();
  const hear = (reply: HostReply): void => {
    if (reply.kind === "progress") limits.onProgress?.(reply.done, reply.total);
    else if (reply.kind === "told") {
      heard = heard.then(() => limits.onNews?.(reply.news));
      heard.then(
        () => host.send({ kind: "heard" } satisfies HostMessage, () => {}),
        (error: unknown) => {
          host.kill("SIGKILL");
          reject(error);
        },
      );
    } else if (reply.kind === "done") resolve(reply.output as Output);
    else reject(failure(reply));
  };
  const end = (status: number | null, killedBy: NodeJS.Signals | null): void => {
    reject(ended(signal, killedBy, complaint.trim() || `exit status ${status}`, limits));
  };
  host.on("message", hear).on("exit", end);
  try {
    host.send(order, (error) => {
      if (error !== null) reject(died(error.message, error));
    });
    return await promise;
  } finally {
    host.off("message", hear).off("exit", end);
    host.stderr?.off("data", complain);
  }
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
  return new SalvorError(
    "HOST_LIMIT",
    `the work was killed, by us after ${limits.timeoutMs} ms or by others`,
    {
      hint: "The store may be very slow, or memory short; check its disk and dmesg, then try again.",
    },
  );
}

function died(complaint: string, cause: unknown): SalvorError {
  return new SalvorError("HOST_FAILED", `the process that works on the store died: ${complaint}`, {
    hint: "Check memory and disk (dmesg), then run the command again.",
    cause,
  });
}
