import { SalvorError } from "../../../core/errors.ts";
import type { Amended, Amendment } from "../../types.ts";
import type { LiveDatabase } from "../live.ts";

/** Changes the live database in one IMMEDIATE transaction, all of it or nothing. */
export async function amendDatabase(
  live: LiveDatabase,
  amendment: Amendment,
  signal: AbortSignal,
): Promise<Amended> {
  signal.throwIfAborted();
  throw new SalvorError("USAGE", `cannot ${amendment.kind} ${live.path} yet`, { hint: "Not yet." });
}
