import { SalvorError } from "../core/errors.ts";

/** The error for canonical bytes, trees and receipt files that are not what their format says. */
export function malformed(message: string): SalvorError {
  return new SalvorError("RECEIPT_INVALID", message, {
    hint: "Take another copy of the receipt, or seal a new one: salvor receipt <store> --output F",
  });
}
