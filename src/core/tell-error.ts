import { knownError } from "./disk.ts";
import { messageOf, SalvorError } from "./errors.ts";

/** An error as it goes to another thread or process, or into a journal. */
export interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What only a programmer can mend. */
const REPORT = "This is a fault of Salvor's own, or of a plugin; please report it.";

/**
 * An error in words. What a disk or its permissions did is told as such, wherever it was met.
 *
 * @param unknown the code of what nobody has foreseen.
 */
export function tellError(error: unknown, unknown: string = "FAULT"): ToldError {
  const known = knownError(error);
  if (known instanceof SalvorError) {
    const { code, message, hint } = known;
    return { code, message, hint };
  }
  return { code: unknown, message: messageOf(known), hint: REPORT };
}
