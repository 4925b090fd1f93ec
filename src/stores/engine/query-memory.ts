import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { entryModule } from "../../core/module.ts";

// Words that this thread and the one that watches share: bytes beyond which the process dies, in
// units of 1 MB (0: nobody watches), and one that only serves to sleep on.
const WORDS = 2;
const MEGABYTE = 1_000_000;

let watch: Int32Array<SharedArrayBuffer> | null = null;

/**
 * Kills this process when it takes `megabytes` more than now, until disposed. The engine knows limits
 * of its own only where it counts its memory, and Node's is built not to; a statement that runs in C
 * can be stopped from outside only.
 */
export async function limitMemory(megabytes: number): Promise<Disposable> {
  const words = (watch ??= await startWatch());
  Atomics.store(words, 0, Math.ceil(process.memoryUsage.rss() / MEGABYTE) + megabytes);
  Atomics.notify(words, 0);
  return { [Symbol.dispose]: () => void Atomics.store(words, 0, 0) };
}

async function startWatch(): Promise<Int32Array<SharedArrayBuffer>> {
  const words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  const thread = new Worker(entryModule("stores/engine/query-memory-main"), { workerData: words });
  await once(thread, "message");
  thread.unref();
  return words;
}
