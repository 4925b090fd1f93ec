import type { Json } from "../../../core/json.ts";
import { parseDecimal, sameNumber } from "../../../receipts/decimals.ts";

/** A number that no double holds exactly, as its document spells it. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** JSON whose numbers are not rounded. */
export type ExactJson =
  | Exclude<Json, object>
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/** Parses a valid JSON text; what no double holds exactly comes as its digits. */
export function parseExact(text: string): ExactJson {
  const keep = (_name: string, value: unknown, context?: { readonly source?: string }): unknown => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return sameNumber(source, String(value)) ? value : new ExactNumber(source);
  };
  return JSON.parse(text, keep) as ExactJson;
}

/**
 * One spelling for one value: RFC 8785, but for a number that no double holds exactly. That is
 * written as its digits without zeros at either end, then `e` and the power of ten.
 */
export function canonicalExact(value: ExactJson): string {
  if (value instanceof ExactNumber) return digitsOf(value.text);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalExact).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalExact(value[name] ?? null)}`);
  return `{${members.join(",")}}`;
}

function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}

function digitsOf(text: string): string {
  const decimal = parseDecimal(text);
  if (decimal === null) return text; // more digits than anybody computes with: as it stands
  const { negative, digits, exponent } = decimal;
  return `${negative ? "-" : ""}${digits}${exponent === 0 ? "" : `e${exponent}`}`;
}
