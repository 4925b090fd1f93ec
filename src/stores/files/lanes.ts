import { availableParallelism } from "node:os";

import { entryModule } from "../../core/module.ts";
import { WorkerPool } from "../../core/pool.ts";
import { readBatch, readBatchInTurns, type BatchOrder, type BatchReading } from "./read-batch.ts";

/** More threads than this wait for the disk, and not for each other. */
const LANES_MAX = 4;
/** Batches that a thread has at a time: the next one lies there when the first is done. */
const AHEAD = 2;

/** Reads batches of a tree: here, and in threads once there are many, whose start takes time. */
export class Lanes implements AsyncDisposable {
  #pool: WorkerPool | null = null;
  /** Batches that threads have. */
  #away = 0;
  #isReadingHere = false;

  /** Batches that are worth having under way, besides the one that is read here. */
  get #width(): number {
    return AHEAD * (this.#pool?.size ?? 0);
  }

  /** Starts the threads, if there are none yet: this one is a lane, too. */
  widen(): void {
    const size = Math.min(LANES_MAX, availableParallelism()) - 1;
    if (size > 0) this.#pool ??= new WorkerPool(size);
  }

  async read(order: BatchOrder): Promise<BatchReading> {
    if (this.#pool === null) return readBatch(order);
    if (this.#away < this.#width || this.#isReadingHere) return this.#readAway(this.#pool, order);
    this.#isReadingHere = true;
    try {
      return await readBatchInTurns(order);
    } finally {
      this.#isReadingHere = false;
    }
  }

  async #readAway(pool: WorkerPool, order: BatchOrder): Promise<BatchReading> {
    this.#away += 1;
    try {
      return await pool.run(entryModule("stores/files/read-batch-job"), order);
    } finally {
      this.#away -= 1;
    }
  }

  /** Works on all of a list, several at a time; results come in its order. */
  async inOrder<From, To>(list: Iterable<From>, work: (from: From) => Promise<To>): Promise<To[]> {
    const done: To[] = [];
    const waiting: Promise<To>[] = [];
    try {
      for (const { each, isLast } of markLast(list)) {
        if (!isLast) this.widen();
        waiting.push(work(each));
        const first = waiting.length > this.#width ? waiting.shift() : undefined;
        if (first !== undefined) done.push(await first);
      }
      while (waiting.length > 0) done.push(...(await Promise.all(waiting.splice(0))));
      return done;
    } finally {
      await Promise.allSettled(waiting);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]();
  }
}

function* markLast<T>(
  list: Iterable<T>,
): Generator<{ readonly each: T; readonly isLast: boolean }> {
  const held: T[] = [];
  for (const next of list) {
    for (const each of held.splice(0)) yield { each, isLast: false };
    held.push(next);
  }
  for (const each of held) yield { each, isLast: true };
}
