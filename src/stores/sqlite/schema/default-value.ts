import type { Value } from "../../../receipts/types.ts";
import { TokenReader } from "./token-reader.ts";
import { tokenize } from "../../engine/tokens.ts";
import type { Affinity, ColumnDefinition } from "./types.ts";

/** Text as bytes of the database's own encoding. */
export type TextCoder = (text: string) => Uint8Array;

const NULL: Value = { type: "null" };

/**
 * The value that rows written before ALTER TABLE ADD COLUMN show: the column's DEFAULT under its
 * affinity. NULL where there is none, or none that is a constant.
 */
export function defaultValue(column: ColumnDefinition, encode: TextCoder): Value {
  if (column.default === null || column.generated !== null) return NULL;
  const literal = readTerm(new TokenReader(tokenize(column.default)), "");
  return literal === null ? NULL : valueOf(literal, column.affinity, encode);
}

/** A constant as written: numbers keep their text, because a text column shows that. */
interface Literal {
  readonly kind: "null" | "integer" | "real" | "text" | "blob";
  readonly text: string;
}

function readTerm(reader: TokenReader, sign: string): Literal | null {
  if (reader.takeSign("+")) return readTerm(reader, sign);
  if (reader.takeSign("-")) return readTerm(reader, sign === "-" ? "" : "-");
  if (reader.isSign("(")) return readTerm(new TokenReader(reader.takeParenthesised()), sign);
  if (reader.takeWords("CAST")) return readCast(new TokenReader(reader.takeParenthesised()), sign);
  const token = reader.next();
  switch (token?.kind) {
    case "number":
      return number(token.value, sign);
    case "blob":
      return { kind: "blob", text: token.value.slice(2, -1) };
    case "string":
    case "name":
      return sign === "" ? { kind: "text", text: token.value } : negated(token.value);
    case "word":
      return word(token.value, sign);
    default:
      return null;
  }
}

function number(text: string, sign: string): Literal {
  const plain = text.replaceAll("_", "");
  if (/^0x/i.test(plain)) {
    const value = BigInt.asIntN(64, BigInt(plain));
    return { kind: "integer", text: String(sign === "-" ? -value : value) };
  }
  return { kind: /^\d+$/.test(plain) ? "integer" : "real", text: sign + plain };
}

function word(text: string, sign: string): Literal {
  switch (text.toUpperCase()) {
    case "NULL":
      return { kind: "null", text: "" };
    case "TRUE":
      return { kind: "integer", text: `${sign}1` };
    case "FALSE":
      return { kind: "integer", text: "0" };
    default:
      return { kind: "text", text };
  }
}

function negated(text: string): Literal {
  const value = numberPrefix(text);
  return { kind: Number.isInteger(value) ? "integer" : "real", text: String(-value) };
}

function numberPrefix(text: string): number {
  return Number(/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i.exec(text)?.[0] ?? 0);
}

function readCast(reader: TokenReader, sign: string): Literal | null {
  const inner = readTerm(reader, "");
  if (inner === null || !reader.takeWords("AS")) return null;
  const type = reader.rest().toUpperCase();
  if (inner.kind === "null") return inner;
  if (/INT/.test(type)) return number(String(Math.trunc(numberPrefix(inner.text))), sign);
  if (/CHAR|CLOB|TEXT/.test(type)) return { kind: "text", text: inner.text };
  if (/REAL|FLOA|DOUB/.test(type)) return { kind: "real", text: sign + inner.text };
  return inner;
}

function valueOf(literal: Literal, affinity: Affinity, encode: TextCoder): Value {
  switch (literal.kind) {
    case "null":
      return NULL;
    case "blob":
      return { type: "blob", bytes: Buffer.from(literal.text, "hex") };
    case "text":
      return affinity === "text" || affinity === "blob" || affinity === "any"
        ? { type: "text", bytes: encode(literal.text) }
        : fromText(literal.text, affinity, encode);
    default:
      return affinity === "text"
        ? { type: "text", bytes: encode(literal.text) }
        : isUntouched(literal, affinity)
          ? { type: "real", value: Number(literal.text) }
          : numeric(literal.text, affinity);
  }
}

/** A real literal stays one where no affinity asks for another class. */
function isUntouched({ kind }: Literal, affinity: Affinity): boolean {
  return kind === "real" && (affinity === "blob" || affinity === "any");
}

const NUMERIC = /^[ \t\n\v\f\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[ \t\n\v\f\r]*$/i;

function fromText(text: string, affinity: Affinity, encode: TextCoder): Value {
  return NUMERIC.test(text) ? numeric(text, affinity) : { type: "text", bytes: encode(text) };
}

const SMALLEST = -(1n << 63n);
const LARGEST = (1n << 63n) - 1n;

/** As the engine does it: whole numbers that fit become integers, except under REAL. */
function numeric(text: string, affinity: Affinity): Value {
  const trimmed = text.trim();
  // A negative zero does not outlive the affinity: on its way it is an integer.
  if (affinity === "real") return { type: "real", value: Number(trimmed) || 0 };
  if (/^[+-]?\d+$/.test(trimmed)) {
    const value = BigInt(trimmed.replace(/^\+/, ""));
    if (value >= SMALLEST && value <= LARGEST) return { type: "integer", value };
  }
  const value = Number(trimmed);
  const isWhole = Number.isInteger(value) && Math.abs(value) < 2 ** 63;
  return isWhole ? { type: "integer", value: BigInt(value) } : { type: "real", value };
}
