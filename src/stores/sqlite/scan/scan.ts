import type { Inspection } from "../../types.ts";
import type { HeldDatabase } from "../specimen.ts";
import { emptyInspection } from "../../inspection.ts";

/** Is anything physically damaged? */
export async function scanDatabase(held: HeldDatabase, signal: AbortSignal): Promise<Inspection> {
  signal.throwIfAborted();
  return { ...emptyInspection, observations: held.preflight.observations, complete: false };
}
