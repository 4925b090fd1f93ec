/** An exponent of more digits is not worked with: no number that is meant has one. */
const EXPONENT_DIGITS_MAX = 4096;
/** A whole number of more digits is kept as its text: nobody counts so far. */
const WHOLE_LENGTH_MAX = 400;
const WHOLE = /^-?\d+$/;

/** A number as its document writes it, so that none is rounded. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * What a number of JSON says, and nothing less: a double where that holds it; a bigint where it is
 * written in digits alone and lies beyond 2^53; else its text. Digits behind the 16th that only
 * spell the nearest double (as `%.17g` does) are no loss.
 *
 * @param text a number as RFC 8259 writes it.
 */
export function exactNumber(text: string): number | bigint | NumberText {
  const value = Number(text);
  if (WHOLE.test(text)) {
    if (Number.isSafeInteger(value)) return value;
    return text.length > WHOLE_LENGTH_MAX ? new NumberText(text) : BigInt(text);
  }
  return isSpeltBy(value, text) ? value : new NumberText(text);
}

function isSpeltBy(value: number, text: string): boolean {
  if (!Number.isFinite(value)) return false;
  const wanted = canonicalNumber(text);
  return (
    canonicalNumber(String(value)) === wanted || canonicalNumber(value.toPrecision(17)) === wanted
  );
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
