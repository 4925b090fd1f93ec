import { tellError } from "../../core/tell-error.ts";
import type { HostMessage, HostOrder, HostReply, HostTask } from "./messages.ts";

// The child process's side: runs one task after the other. It never outlives its parent: without
// one, an exchange could still be writing while the next command already repairs.

process.on("disconnect", () => process.exit(1));

// Ctrl-C reaches every process of a terminal. Ours is told by its parent, which knows what to save.
for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});

/** Of the news that were told, in order: who waits until the parent has dealt with each. */
const waiting: (() => void)[] = [];
let stop = new AbortController();

process.on("message", (message: HostMessage) => {
  if (message.kind === "heard") waiting.shift()?.();
  else if (message.kind === "stop") stop.abort();
  else perform(message).then(answer, refuse);
});

async function perform(order: HostOrder): Promise<HostReply> {
  stop = new AbortController(); // it may be told to stop while it still loads
  const { signal } = stop;
  const { task } = (await import(order.module)) as { readonly task: HostTask<unknown, unknown> };
  const progress = (done: number, total: number): void => {
    process.send?.({ kind: "progress", done, total } satisfies HostReply);
  };
  return { kind: "done", output: await task(order.input, { progress, tell, signal }) };
}

function tell(news: unknown): Promise<void> {
  answer({ kind: "told", news });
  return new Promise((resolve) => {
    waiting.push(resolve);
  });
}

function answer(reply: HostReply): void {
  process.send?.(reply);
}

function refuse(error: unknown): void {
  answer({ kind: "failed", ...tellError(error, "HOST_FAILED") });
}
