import type * as Crypto from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { quietLog, type Log } from "./log.ts";

/**
 * Everything that is different each time we run. The domain gets it as an argument and may not
 * reach for `Date.now`, `Math.random` or `fetch`, so a test decides what time it is and what fails.
 */
export interface World {
  /** Milliseconds since the epoch. May be set back by an operator: never order anything by it. */
  now(): number;
  /** Milliseconds that only grow, for durations. */
  elapsed(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
  /** `prefix_` and a UUIDv7 without dashes: sortable by time, unique across machines. */
  newId(prefix: string): string;
  randomBytes(size: number): Uint8Array;
  readonly log: Log;
}

/** The real one. */
export function systemWorld(log: Log = quietLog): World {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    sleep: async (durationMs, signal) => {
      await delay(durationMs, undefined, { signal });
    },
    newId: (prefix) => `${prefix}_${uuid7(Date.now())}`,
    randomBytes: (size) => crypto().randomBytes(size),
    log,
  };
}

/** RFC 9562, section 5.7: 48 bits of milliseconds, then randomness. 32 lower-case hex digits. */
function uuid7(nowMs: number): string {
  const bytes = crypto().randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex");
}

/** A time as every document of ours writes it: RFC 3339 in UTC with milliseconds. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** Loaded when it is needed: that takes as long as a quarter of a start. */
function crypto(): typeof Crypto {
  return process.getBuiltinModule("node:crypto");
}
