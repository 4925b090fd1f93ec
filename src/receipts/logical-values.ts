import { formatDecimal, parseDecimal } from "./decimals.ts";
import { exactJson } from "./exact-json.ts";
import {
  formatInstant,
  instantOfJulianDay,
  instantOfText,
  instantOfUnixTime,
  type Instant,
} from "./instants.ts";
import type { LogicalType } from "./logical-types.ts";
import { decodeText, type TextEncoding } from "./show.ts";
import type { Value } from "./types.ts";

/** A value in the form that all engines share, or why it has none. */
export type Portable = Value | string;

/** The common form of a stored value under the logical type of its column. Nothing is rounded. */
export function toPortable(value: Value, type: LogicalType, encoding: TextEncoding): Portable {
  if (value.type === "null") return value;
  if (value.type !== "text") return CONVERSIONS[type.kind](value, type);
  const text = decodeText(value.bytes, encoding);
  if (text === null) return "text that is not valid";
  return CONVERSIONS[type.kind]({ type: "text", text }, type);
}

/** A stored value whose text is decoded. */
type Stored =
  | Exclude<Value, { readonly type: "text" | "null" }>
  | { readonly type: "text"; readonly text: string };

type Conversion = (stored: Stored, type: LogicalType) => Portable;

const CONVERSIONS: Record<LogicalType["kind"], Conversion> = {
  any: (stored) => plain(stored),
  bytes: (stored) => (stored.type === "blob" ? stored : `${stored.type} in a bytes column`),
  text: (stored) => (stored.type === "text" ? plain(stored) : `${stored.type} in a text column`),
  integer: toInteger,
  real: toReal,
  boolean: toBoolean,
  decimal: toDecimal,
  date: toDate,
  timestamp: (stored) => timestamp(instantOf(stored)),
  unixtime: (stored) => timestamp(unixInstant(stored, 1n)),
  unixmillis: (stored) => timestamp(unixInstant(stored, 1000n)),
  unixmicros: (stored) => timestamp(unixInstant(stored, 1_000_000n)),
  json: toJson,
};

function toInteger(stored: Stored): Portable {
  const integer = integerOf(stored);
  if (integer === null) return `${stored.type} that is not an integer`;
  if (BigInt.asIntN(64, integer) === integer) return { type: "integer", value: integer };
  return textValue(String(integer)); // beyond 64 bits there are digits only
}

function toReal(stored: Stored): Portable {
  if (stored.type === "real") return plain(stored);
  if (stored.type !== "integer") return `${stored.type} in a real column`;
  const value = Number(stored.value);
  if (BigInt(value) !== stored.value) return "an integer that no double holds";
  return { type: "real", value };
}

const TRUE = new Set(["t", "true", "y", "yes", "on", "1"]);
const FALSE = new Set(["f", "false", "n", "no", "off", "0"]);

function toBoolean(stored: Stored): Portable {
  if (stored.type === "integer" && (stored.value === 0n || stored.value === 1n)) return stored;
  const word = stored.type === "text" ? stored.text.toLowerCase() : String(integerOf(stored));
  if (TRUE.has(word)) return { type: "integer", value: 1n };
  if (FALSE.has(word)) return { type: "integer", value: 0n };
  return `${stored.type} that is neither true nor false`;
}

function toDecimal(stored: Stored, type: LogicalType): Portable {
  if (type.kind !== "decimal") return "not a decimal column";
  const digits = stored.type === "text" ? stored.text : digitsOf(stored);
  const number = digits === null ? null : parseDecimal(digits);
  if (number === null) return `${stored.type} that is not a decimal number`;
  const formatted = formatDecimal(number, type.scale);
  return formatted === null
    ? `a number with more than ${type.scale} digits after the point`
    : textValue(formatted);
}

function toDate(stored: Stored): Portable {
  const instant = instantOf(stored);
  if (typeof instant === "string") return instant;
  const formatted = formatInstant(instant);
  if (formatted === null) return OUTSIDE;
  const isMidnight = formatted.time === "00:00:00.000000Z";
  return isMidnight ? textValue(formatted.date) : "a date with a time of day";
}

/** SQLite's JSON columns have numeric affinity: a JSON number comes back as a number. */
function toJson(stored: Stored): Portable {
  if (stored.type === "blob") return "binary JSON";
  const text = stored.type === "text" ? stored.text : digitsOf(stored);
  const exact = text === null ? "is not JSON" : exactJson(text);
  return typeof exact === "string" ? `${stored.type} that ${exact}` : textValue(exact.text);
}

const OUTSIDE = "an instant outside the years 0 to 9999";

function timestamp(instant: Instant | string): Portable {
  if (typeof instant === "string") return instant;
  const formatted = formatInstant(instant);
  return formatted === null ? OUTSIDE : textValue(`${formatted.date}T${formatted.time}`);
}

function instantOf(stored: Stored): Instant | string {
  if (stored.type !== "text" && stored.type !== "real") return `${stored.type} in a time column`;
  const instant =
    stored.type === "text" ? instantOfText(stored.text) : instantOfJulianDay(stored.value);
  return typeof instant === "string" ? `${stored.type} that ${instant}` : instant;
}

function unixInstant(stored: Stored, unitsInSecond: bigint): Instant | string {
  if (stored.type !== "integer") return `${stored.type} in a unix time column`;
  return instantOfUnixTime(stored.value, unitsInSecond);
}

/** The integer that a value is exactly, or null. */
function integerOf(stored: Stored): bigint | null {
  if (stored.type === "integer") return stored.value;
  if (stored.type === "real") return Number.isInteger(stored.value) ? BigInt(stored.value) : null;
  if (stored.type === "text" && /^[+-]?\d{1,1000}$/.test(stored.text)) return BigInt(stored.text);
  return null;
}

/** The shortest digits that mean exactly this number. */
function digitsOf(stored: Stored): string | null {
  return stored.type === "integer" || stored.type === "real" ? String(stored.value) : null;
}

function plain(stored: Stored): Value {
  if (stored.type === "text") return textValue(stored.text);
  if (stored.type === "real" && stored.value === 0) return { type: "real", value: 0 };
  return stored;
}

function textValue(text: string): Value {
  return { type: "text", bytes: Buffer.from(text) };
}
