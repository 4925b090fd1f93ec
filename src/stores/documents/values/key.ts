import type { Value } from "../../../receipts/types.ts";
import { ExactNumber, type ExactJson } from "./exact.ts";

/** The canonical value of a key, or of a reference to one; null for what cannot be a key. */
export function keyValue(value: ExactJson | undefined): Value | null {
  if (typeof value === "string" && value !== "") return textValue(value);
  if (typeof value === "number") return numberValue(value);
  if (value instanceof ExactNumber) return exactValue(value.text);
  return null;
}

/** A text as a canonical value. */
export function textValue(text: string): Value {
  return { type: "text", bytes: Buffer.from(text) };
}

function numberValue(value: number): Value {
  const integer = integerOf(value);
  return integer === null ? { type: "real", value } : { type: "integer", value: integer };
}

/** The integer of 64 bits that a double is exactly, or null. */
export function integerOf(value: number): bigint | null {
  if (!Number.isInteger(value)) return null;
  const integer = BigInt(value);
  return BigInt.asIntN(64, integer) === integer ? integer : null;
}

/** An integer of 64 bits is one; other digits are told apart by how they are spelt. */
function exactValue(text: string): Value {
  const integer = /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
  const fits = integer !== null && BigInt.asIntN(64, integer) === integer;
  return fits ? { type: "integer", value: integer } : textValue(text);
}
