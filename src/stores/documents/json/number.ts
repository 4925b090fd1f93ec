import { canonicalNumber } from "../../../core/json-number.ts";
import type { JsonFaultCode } from "./faults.ts";

/** A number of so many characters and no exponent has at most 15 digits: every reader keeps it. */
export const SAFE_LENGTH = 15;

/**
 * What a reader that holds numbers in 64 bits of floating point, as JSON.parse does, makes of a
 * number: null when it gives back the same value, however it spells it.
 *
 * @param text a number as RFC 8259 writes it.
 */
export function numberFault(text: string): JsonFaultCode | null {
  const value = Number(text);
  const shown = String(value);
  if (shown === text) return null;
  if (!Number.isFinite(value)) return "number-range";
  return canonicalNumber(shown) === canonicalNumber(text) ? null : "number-precision";
}
