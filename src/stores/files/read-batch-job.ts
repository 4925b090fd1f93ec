import type { JobAnswer } from "../../core/pool.ts";
import { readBatch, type BatchOrder, type BatchReading } from "./read-batch.ts";

/** Looks at neighbours of a live tree in a thread. Only of a process that has no engine. */
export function job(order: BatchOrder): JobAnswer<BatchReading> {
  const output = readBatch(order);
  const { marks, states, flags, sizes, offsets, digests } = output;
  const columns = [marks, states, flags, sizes, offsets, digests];
  return { output, transfer: columns.map(({ buffer }) => buffer) };
}
