import { SalvorError } from "../core/errors.ts";
import type { Amendment } from "./types.ts";

/** Why a row that its owner has erased on purpose does not go back: that is no loss. */
export const FORGOTTEN = "it was erased on purpose and is to be forgotten";

/** Why a row whose parent is gone does not go back. */
export const PARENT_GONE = "the row that it points to is gone";

/** USAGE for an amendment that a kind of store does not have; capabilities say so beforehand. */
export function foreignAmendment(what: string, { kind }: Amendment): SalvorError {
  return new SalvorError("USAGE", `${kind} is nothing that can be done to ${what}`, {
    hint: 'Restore the store whole: "salvor restore <snapshot> --in-place".',
  });
}
