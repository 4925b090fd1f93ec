import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MS = 10;

/** Asks again and again until the answer is neither null nor false; throws when time is up. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | null | false> | T | null | false,
  timeoutMs: number = 10_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(PAUSE_MS);
  }
}
