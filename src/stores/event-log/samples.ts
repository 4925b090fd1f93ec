import { readFileSync } from "node:fs";
import { join } from "node:path";

import { openEvents } from "./open-events.ts";
import type { JsonObject } from "../../core/json.ts";
import type { EventBatch, EventDamage, EventPosition, EventReader, LogEvent } from "../events.ts";

/** The events of a repository's history: 2,229 lines with checksums, in order. */
export const HISTORY = join(import.meta.dirname, "../../../test/data/events/history.jsonl");

/** How its checksum is made. */
export const CHECKSUM = { field: "checksum", algorithm: "crc32", over: "head" } as const;

/** The lines of the sample, without their line feeds. */
export function historyLines(count = Infinity): readonly string[] {
  return readFileSync(HISTORY, "utf8").trimEnd().split("\n").slice(0, count);
}

/** Everything that a reading of a log gives. */
export interface ReadAll {
  readonly batches: readonly EventBatch[];
  readonly events: readonly LogEvent[];
  readonly damaged: readonly EventDamage[];
}

const signal = new AbortController().signal;

/** Reads a log from a place to where it ends now. */
export async function readAll(
  input: JsonObject | EventReader,
  after: EventPosition | null = null,
  batchMax = 1000,
): Promise<ReadAll> {
  const isReader = typeof input["read"] === "function";
  const reader = isReader ? (input as EventReader) : openEvents(input as JsonObject);
  try {
    const bound = await reader.bound(signal);
    const batches = await Array.fromAsync(reader.read({ after, bound, batchMax }, signal));
    return {
      batches,
      events: batches.flatMap(({ events }) => events),
      damaged: batches.flatMap(({ damaged }) => damaged),
    };
  } finally {
    if (!isReader) await reader[Symbol.asyncDispose]();
  }
}
