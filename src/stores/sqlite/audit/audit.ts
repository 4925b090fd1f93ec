import type { Inspection } from "../../types.ts";
import type { HeldDatabase } from "../specimen.ts";
import { emptyInspection } from "../../inspection.ts";

/** Is everything there, and the shape that it should have? */
export async function auditDatabase(held: HeldDatabase, signal: AbortSignal): Promise<Inspection> {
  signal.throwIfAborted();
  return { ...emptyInspection, observations: held.preflight.observations, complete: false };
}
