import { parentPort } from "node:worker_threads";

import { messageOf, SalvorError } from "./errors.ts";
import type { Job, PoolReply } from "./pool.ts";

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
  const known = error instanceof SalvorError;
  parentPort?.postMessage({
    ok: false,
    message: messageOf(error),
    code: known ? error.code : "FAULT",
    hint: known ? error.hint : "This is a fault of Salvor's own; please report it.",
  } satisfies PoolReply);
}

parentPort?.on("message", (order: Order) => {
  perform(order).catch(refuse);
});
