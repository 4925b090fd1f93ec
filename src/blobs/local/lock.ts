import { isRetryable } from "../../core/errors.ts";
import { holdLock, type LockRequest } from "../../core/lock.ts";

const PAUSE_MS = 25;

/** Asks again until the lock is free or the time is up; the thread is never blocked meanwhile. */
export async function waitForLock(
  request: LockRequest,
  waitMs: number,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  const { world } = request;
  const until = world.elapsed() + waitMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await holdLock(request);
    } catch (error) {
      if (!isRetryable(error) || world.elapsed() >= until) throw error;
    }
    await world.sleep(PAUSE_MS, signal);
  }
}
