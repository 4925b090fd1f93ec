import { parentPort, workerData } from "node:worker_threads";

import type { Job, PoolReply } from "./pool.ts";
import { tellError } from "./tell-error.ts";

// The other side of a pool: loads the module that a job names, runs it, answers.

interface Order {
  readonly module: string;
  readonly input: unknown;
}

async function perform(order: Order): Promise<void> {
  const loaded = (await import(order.module)) as { readonly job: Job<unknown, unknown> };
  const { output, transfer } = await loaded.job(order.input);
  parentPort?.postMessage({ ok: true, output } satisfies PoolReply, [...transfer]);
}

function refuse(error: unknown): void {
  parentPort?.postMessage({ ok: false, ...tellError(error) } satisfies PoolReply);
}

for (const module of workerData as readonly string[]) {
  import(module).catch(() => {}); // whoever runs a job of it hears why
}

parentPort?.on("message", (order: Order) => {
  perform(order).catch(refuse);
});
