/** An exact decimal number: `digits * 10^exponent`; no digits are zero, which has no sign. */
export interface Decimal {
  readonly negative: boolean;
  /** Neither leading nor trailing zeros. */
  readonly digits: string;
  readonly exponent: number;
}

/** A number may have so many digits on either side of the point. */
const DIGITS_MAX = 10_000;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?$/i;

/** The number that a text spells (`12`, `-0.50`, `1e3`), or null when it spells none. */
export function parseDecimal(text: string): Decimal | null {
  const [, sign, whole = "", fraction = "", power = "0"] = NUMBER.exec(text) ?? [];
  if (sign === undefined || whole + fraction === "") return null;

  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return { negative: false, digits, exponent: 0 };
  const exponent = Number(power) - fraction.length + all.length - digits.length;
  if (Math.abs(exponent) + digits.length > DIGITS_MAX) return null;
  return { negative: sign === "-", digits, exponent };
}

/** The number with exactly `scale` digits after the point, or null when it has more. */
export function formatDecimal(
  { negative, digits, exponent }: Decimal,
  scale: number,
): string | null {
  if (digits !== "" && exponent < -scale) return null;
  const scaled = digits === "" ? "" : digits + "0".repeat(exponent + scale);
  const padded = scaled.padStart(scale + 1, "0");
  const whole = padded.slice(0, padded.length - scale);
  return (negative ? "-" : "") + whole + (scale > 0 ? `.${padded.slice(-scale)}` : "");
}

/** Do two texts spell the same number? False when one of them spells none. */
export function sameNumber(a: string, b: string): boolean {
  const [left, right] = [parseDecimal(a), parseDecimal(b)];
  return (
    left !== null &&
    right !== null &&
    left.negative === right.negative &&
    left.digits === right.digits &&
    left.exponent === right.exponent
  );
}
