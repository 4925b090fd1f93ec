import { messageOf, SalvorError } from "../core/errors.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Session } from "./session.ts";

/**
 * The snapshots, for those who ask in the worst of times: a repository that cannot be read is told,
 * not thrown, and leaves none.
 */
export async function knownSnapshots(
  session: Session,
  signal: AbortSignal,
): Promise<readonly Snapshot[]> {
  try {
    return await (await session.repository(signal)).snapshots(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError)) throw error;
    if (error.code !== "REPOSITORY_MISSING") session.progress.say(messageOf(error));
    return [];
  }
}
