/** What the whole of a run may take beyond what was taken before it began. */
export const MEMORY_BYTES = 512 * 1024 * 1024;

/** A hang of a round that works on a disk, also where many others want the processor. */
export const HANG_MS = 120_000;

/** An error with the place where it was thrown. */
export function toldError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
