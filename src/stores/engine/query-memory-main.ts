import { parentPort, workerData } from "node:worker_threads";

// The thread that watches how much memory its process takes; see query-memory.ts.

const MEGABYTE = 1_000_000;
/** Often enough that a gigabyte is not there before it is seen. */
const PAUSE_MS = 10;

const words = workerData as Int32Array<SharedArrayBuffer>;
parentPort?.postMessage("watching");

for (;;) {
  Atomics.wait(words, 0, 0);
  const limit = Atomics.load(words, 0);
  if (limit > 0 && process.memoryUsage.rss() > limit * MEGABYTE) {
    process.kill(process.pid, "SIGKILL");
  }
  Atomics.wait(words, 1, 0, PAUSE_MS);
}
