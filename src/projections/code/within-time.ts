import { createContext, Script } from "node:vm";

/** Nobody else's: what runs in there is ours, and calls whatever it was given. */
const room: { work: () => void } = { work: () => {} };
const context = createContext(room);
const script = new Script("work()", { filename: "salvor:within-time" });

/**
 * Runs work, and stops it anywhere when its time is up: not even its `finally` is reached then.
 *
 * @returns false when it was stopped.
 */
export function runWithin(timeoutMs: number, work: () => void): boolean {
  room.work = work;
  try {
    script.runInContext(context, { timeout: timeoutMs, displayErrors: false });
    return true;
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    return false;
  } finally {
    room.work = () => {};
  }
}

/** It is an error of that context, and none of this one. */
function isOutOfTime(error: unknown): boolean {
  const isObject = typeof error === "object" && error !== null;
  return isObject && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
