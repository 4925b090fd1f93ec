import { Worker } from "node:worker_threads";

import { SalvorError, type ErrorCode } from "../../../core/errors.ts";
import { compileCache, entryModule } from "../../../core/module.ts";
import type { LineBlock, LinesOrder, LinesReply, LinesRequest } from "./line-block.ts";

/** Megabytes for what the thread has just made: tables of lines, dead at once. */
const YOUNG_MB = 4;

/** A thread that reads and checks lines while this one works with those it has. */
export class LineThread implements AsyncDisposable {
  #worker: Worker | null = null;

  /**
   * The blocks of a piece of a segment, in order. A block's buffer is gone when the next one is asked
   * for. One piece at a time.
   *
   * @returns why it ends before the segment does, or null.
   */
  async *blocks(
    request: LinesRequest,
    signal: AbortSignal,
  ): AsyncGenerator<LineBlock, string | null> {
    signal.throwIfAborted();
    const worker = (this.#worker ??= startThread());
    worker.ref();
    const inbox = new Inbox(worker, signal);
    let isOver = false;
    try {
      send(worker, { kind: "read", request });
      for (;;) {
        const reply = await inbox.next();
        if (reply.kind !== "block") {
          isOver = true;
          if (reply.kind === "end") return reply.trouble;
          throw new SalvorError(reply.code as ErrorCode, reply.message, { hint: reply.hint });
        }
        yield reply.block;
        const { buffer } = reply.block;
        send(worker, { kind: "buffer", buffer }, [buffer]);
      }
    } finally {
      inbox.close();
      if (isOver) worker.unref();
      else await this[Symbol.asyncDispose](); // it may be in the middle of a piece
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

function send(worker: Worker, order: LinesOrder, move: readonly ArrayBuffer[] = []): void {
  worker.postMessage(order, [...move]);
}

function startThread(): Worker {
  return new Worker(entryModule("stores/event-log/read/lines-main"), {
    env: { ...process.env, ...compileCache() },
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
}

/** What has come and was not asked for yet, and who waits for it. */
class Inbox {
  readonly #worker: Worker;
  readonly #signal: AbortSignal;
  readonly #replies: LinesReply[] = [];
  #wake: (() => void) | null = null;
  #failure: unknown = null;
  #hasFailed = false;

  constructor(worker: Worker, signal: AbortSignal) {
    this.#worker = worker;
    this.#signal = signal;
    worker.on("message", this.#take).on("error", this.#fail);
    signal.addEventListener("abort", this.#abort);
  }

  async next(): Promise<LinesReply> {
    for (;;) {
      if (this.#hasFailed) throw this.#failure;
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#worker.off("message", this.#take).off("error", this.#fail);
    this.#signal.removeEventListener("abort", this.#abort);
  }

  readonly #take = (reply: LinesReply): void => {
    this.#replies.push(reply);
    this.#wake?.();
  };

  readonly #fail = (error: unknown): void => {
    this.#failure = error;
    this.#hasFailed = true;
    this.#wake?.();
  };

  readonly #abort = (): void => this.#fail(this.#signal.reason);
}
