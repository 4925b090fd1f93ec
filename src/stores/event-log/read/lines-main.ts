import { parentPort } from "node:worker_threads";

import { tellError } from "../../../core/tell-error.ts";
import { cutLines } from "./cut-lines.ts";
import type { LinesOrder, LinesReply, LinesRequest } from "./line-block.ts";

// The thread that reads: it is ahead of whoever takes its blocks by as many buffers as there are.

const BUFFER_BYTES = 1 << 18;
const BUFFERS = 8;

const free: ArrayBuffer[] = [];
let made = 0;
let waiting: ((buffer: ArrayBuffer) => void) | null = null;

async function take(): Promise<ArrayBuffer> {
  const buffer = free.pop();
  if (buffer !== undefined) return buffer;
  if (made < BUFFERS) {
    made++;
    return new ArrayBuffer(BUFFER_BYTES);
  }
  return new Promise((resolve) => {
    waiting = resolve;
  });
}

/** One that was made for a long line is not kept. */
function giveBack(given: ArrayBuffer): void {
  const buffer = given.byteLength === BUFFER_BYTES ? given : new ArrayBuffer(BUFFER_BYTES);
  if (waiting === null) free.push(buffer);
  else waiting(buffer);
  waiting = null;
}

async function perform(request: LinesRequest): Promise<void> {
  const trouble = await cutLines(request, take, (block) => {
    const { buffer, ends, verdicts, forms, holes } = block;
    const tables = [ends, verdicts, forms, holes].map((table) => table.buffer as ArrayBuffer);
    const move = [buffer, ...tables];
    parentPort?.postMessage({ kind: "block", block } satisfies LinesReply, move);
  });
  parentPort?.postMessage({ kind: "end", trouble } satisfies LinesReply);
}

function refuse(error: unknown): void {
  parentPort?.postMessage({ kind: "failed", ...tellError(error) } satisfies LinesReply);
}

parentPort?.on("message", (order: LinesOrder) => {
  if (order.kind === "buffer") giveBack(order.buffer);
  else perform(order.request).catch(refuse);
});
