import type { Json } from "../../../core/json.ts";
import { instantOfText, type Instant } from "../../../receipts/instants.ts";

/**
 * Which of two values comes first: dates and times by their instant, numbers by value, other texts
 * by their characters. Null where two values have no order.
 */
export function compareValues(a: Json, b: Json): number | null {
  if (typeof a === "number" && typeof b === "number") return Math.sign(a - b);
  if (typeof a !== "string" || typeof b !== "string") return null;
  if (isPlainUtc(a) && isPlainUtc(b)) return compareTexts(a, b);
  const [left, right] = [instantOfText(a), instantOfText(b)];
  if (typeof left === "string" || typeof right === "string") return compareTexts(a, b);
  return compareInstants(left, right);
}

/** `2025-08-01T00:37:00Z`: the order of such texts is that of their instants. */
function isPlainUtc(text: string): boolean {
  return text.length === 20 && text[10] === "T" && text[19] === "Z" && text[4] === "-";
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareInstants(a: Instant, b: Instant): number {
  return Math.sign(a.seconds - b.seconds || a.micros - b.micros);
}
