import { openEvents as openLog } from "../../src/stores/event-log/open-events.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { EventReader, OpenEvents } from "../../src/stores/events.ts";

/** The door of a log whose reader ends after some batches: whoever reads it fails, or is killed. */
export interface DyingLog {
  /** Options of the log itself. */
  readonly log: JsonObject;
  /** Batches that it still gives; asking for the next one is the end. */
  readonly batches: number;
  readonly end: "throw" | "kill";
}

/** This module, as the door of a log names it. */
export const DYING_LOG = import.meta.url;

/** The reader of such a log. */
export const openEvents: OpenEvents = (input): EventReader => {
  const { log, batches, end } = input as unknown as DyingLog;
  const inner = openLog(log);
  return {
    bound: (signal) => inner.bound(signal),
    lineAt: (segment, offset) => inner.lineAt(segment, offset),
    eventAt: (segment, offset) => inner.eventAt(segment, offset),
    read: async function* read(options, signal) {
      let given = 0;
      for await (const batch of inner.read(options, signal)) {
        if (given === batches) {
          if (end === "kill") process.kill(process.pid, "SIGKILL");
          throw new Error("the log has died");
        }
        given += 1;
        yield batch;
      }
    },
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
};
