import type { World } from "../core/world.ts";

/** How often a running step's bounds are looked at, in milliseconds. */
const LOOK_MS = 250;

/** Why a step's signal was aborted: its time was up, somebody cancelled the run, we must stop. */
export type AbortCause = "timeout" | "cancelled" | "stopped";

/** What may end the work before it ends by itself. */
export interface WatchOptions {
  readonly world: World;
  /** Null where nothing ends it but its own end. */
  readonly timeoutMs: number | null;
  /** Aborted when this process has to stop working. */
  readonly signal: AbortSignal;
  readonly isCancelled: () => boolean;
}

/** How watched work ended. It always has: a signal asks it to, and nobody goes on before it has. */
export type Outcome<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: unknown; readonly cause: AbortCause | null };

/** Runs work until it ends by itself, and asks it to end when its time is up or it is not wanted. */
export async function watched<Result>(
  options: WatchOptions,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Outcome<Result>> {
  const abort = new AbortController();
  const over = new AbortController();
  let cause: AbortCause | null = null;
  const end = (why: AbortCause): void => {
    cause ??= why;
    abort.abort();
  };
  const stop = (): void => end("stopped");
  options.signal.addEventListener("abort", stop);
  if (options.signal.aborted) stop();
  const looking = look(options, end, AbortSignal.any([over.signal, abort.signal]));
  try {
    return { ok: true, value: await work(abort.signal) };
  } catch (error) {
    return { ok: false, error, cause };
  } finally {
    options.signal.removeEventListener("abort", stop);
    over.abort();
    await looking;
  }
}

async function look(
  { world, timeoutMs, isCancelled }: WatchOptions,
  end: (why: AbortCause) => void,
  over: AbortSignal,
): Promise<void> {
  const beganMs = world.elapsed();
  const leftMs = (): number => (timeoutMs ?? Infinity) - (world.elapsed() - beganMs);
  while (!over.aborted) {
    try {
      await world.sleep(Math.max(1, Math.min(LOOK_MS, leftMs())), over);
    } catch {
      return; // the work has ended
    }
    if (isCancelled()) end("cancelled");
    else if (leftMs() <= 0) end("timeout");
  }
}
