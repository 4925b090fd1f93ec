import { availableParallelism } from "node:os";
import { Worker, type Transferable } from "node:worker_threads";

import { SalvorError, type ErrorCode } from "./errors.ts";
import { compileCache, entryModule } from "./module.ts";

/** What a job answers: a value that can be cloned, and the buffers in it that move. */
export interface JobAnswer<Output> {
  readonly output: Output;
  readonly transfer: readonly Transferable[];
}

/** The one export of a job's module, named `job`. */
export type Job<Input, Output> = (input: Input) => JobAnswer<Output> | Promise<JobAnswer<Output>>;

interface Waiting {
  readonly module: string;
  readonly input: unknown;
  readonly transfer: readonly Transferable[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What a thread sends back. An error crosses as data, so that its code survives. */
export type PoolReply =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly message: string; readonly code: string; readonly hint: string };

/**
 * Megabytes for what a thread's jobs have just made. Most of it is dead at once, so that more room
 * would only be filled with more of it.
 */
const YOUNG_MB = 6;

/**
 * Threads for computing over images: hashing, compressing, decoding. They never see a live store.
 * One pool for all kinds of jobs, so that the cores are shared and not fought over.
 */
export class WorkerPool implements AsyncDisposable {
  readonly size: number;
  readonly #waiting: Waiting[] = [];
  readonly #idle: Worker[] = [];
  readonly #all = new Map<Worker, Waiting | null>();

  /** Threads start with the first jobs, never more than `size`. */
  constructor(size: number = availableParallelism()) {
    this.size = size;
  }

  /**
   * Starts the threads before they are needed: that takes longer than many a job.
   *
   * @param modules of jobs that come; they are loaded, too.
   */
  warm(...modules: readonly URL[]): void {
    while (this.#all.size < this.size) {
      const thread = this.#start(modules.map(({ href }) => href));
      thread.unref();
      this.#idle.push(thread);
    }
  }

  /** Runs the job of a module in the next free thread; jobs start in the order they are given. */
  run<Output>(
    module: URL,
    input: unknown,
    transfer: readonly Transferable[] = [],
  ): Promise<Output> {
    return new Promise<Output>((resolve, reject) => {
      this.#waiting.push({
        module: module.href,
        input,
        transfer,
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      this.#dispatch();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const threads = [...this.#all.keys()];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #dispatch(): void {
    const thread = this.#idle.pop() ?? (this.#all.size < this.size ? this.#start() : undefined);
    if (thread === undefined) return;
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#idle.push(thread);
      return;
    }
    this.#all.set(thread, next);
    thread.ref();
    thread.postMessage({ module: next.module, input: next.input }, [...next.transfer]);
  }

  #start(modules: readonly string[] = []): Worker {
    const env = { ...process.env, ...compileCache() };
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
    const thread = new Worker(entryModule("core/pool-thread"), {
      env,
      resourceLimits,
      workerData: modules,
    });
    this.#all.set(thread, null);
    thread.on("message", (reply: PoolReply) => this.#settle(thread, reply));
    thread.on("error", (error) => this.#lose(thread, error));
    return thread;
  }

  #settle(thread: Worker, reply: PoolReply): void {
    const job = this.#all.get(thread);
    this.#all.set(thread, null);
    this.#idle.push(thread);
    thread.unref();
    if (reply.ok) job?.resolve(reply.output);
    else job?.reject(new SalvorError(reply.code as ErrorCode, reply.message, { hint: reply.hint }));
    this.#dispatch();
  }

  #lose(thread: Worker, error: unknown): void {
    const job = this.#all.get(thread);
    this.#all.delete(thread);
    job?.reject(error);
    this.#dispatch();
  }
}
