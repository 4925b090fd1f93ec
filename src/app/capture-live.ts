import { SalvorError } from "../core/errors.ts";
import type { Image } from "../stores/types.ts";
import { openState, stateTarget } from "./projection-target.ts";
import type { Session } from "./session.ts";

const OF_THE_STATE: ReadonlySet<string> = new Set([
  "PERMISSION_DENIED",
  "STORE_DAMAGED",
  "STORE_MISSING",
]);

/** The live state of a projection as it is now, or why it cannot be read. */
export async function captureLive(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<Image | SalvorError> {
  const { live } = stateTarget(session, name);
  await using store = await openState(session, name, live);
  try {
    return await store.capture({ exclusive: false }, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError && OF_THE_STATE.has(error.code)) return error;
    throw error;
  }
}
