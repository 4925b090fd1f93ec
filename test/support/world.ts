import { quietLog } from "../../src/core/log.ts";
import type { World } from "../../src/core/world.ts";
import { seededRandom } from "./random.ts";

/** A world in which everything comes out the same again: a second passes with each look at the clock. */
export function seededWorld(seed: number): World {
  const random = seededRandom(seed);
  let nowMs = Date.UTC(2026, 0, 1);
  return {
    now: () => (nowMs += 1000),
    elapsed: () => nowMs,
    sleep: async () => {},
    newId: (prefix) => `${prefix}_${random.bytes(16).toString("hex")}`,
    randomBytes: (size) => random.bytes(size),
    log: quietLog,
  };
}
