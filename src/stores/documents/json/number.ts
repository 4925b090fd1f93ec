import type { JsonFaultCode } from "./faults.ts";

/** A number of so many characters and no exponent has at most 15 digits: every reader keeps it. */
export const SAFE_LENGTH = 15;

/** An exponent of more digits is not worked with: no number that is meant has one. */
const EXPONENT_DIGITS_MAX = 4096;

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

/**
 * One spelling for one value, of whatever size, and nothing rounded: digits without zeros at their
 * ends, and an exponent where it is not 0. `1.50` is `15e-1`, `1E2` is `1e2`, `-0` is `0`.
 *
 * @param text a number as RFC 8259 writes it; one whose exponent has thousands of digits stays as
 * it is.
 */
export function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`"${text.slice(0, 80)}" is not a number of JSON`);
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  const all = whole + fraction;
  const end = significantEnd(all);
  const digits = all.slice(significantStart(all), end);
  if (digits === "") return "0";
  if (exponentText.length > EXPONENT_DIGITS_MAX) return text;
  const exponent = BigInt(exponentText.replace(/^\+/, "")) + BigInt(whole.length - end);
  return exponent === 0n ? `${sign}${digits}` : `${sign}${digits}e${exponent}`;
}

function significantStart(digits: string): number {
  let at = 0;
  while (at < digits.length && digits.charCodeAt(at) === 0x30) at += 1;
  return at;
}

/** Behind the last digit that is not 0. A pattern with `0+$` would take the square of the length. */
function significantEnd(digits: string): number {
  let at = digits.length;
  while (at > 0 && digits.charCodeAt(at - 1) === 0x30) at -= 1;
  return at;
}
