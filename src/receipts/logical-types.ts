import { SalvorError } from "../core/errors.ts";

const PLAIN = [
  "integer",
  "real",
  "text",
  "bytes",
  "boolean",
  "date",
  "timestamp",
  "unixtime",
  "unixmillis",
  "unixmicros",
  "json",
  "any",
] as const;

/** What a column's values mean, whatever an engine stores them as. */
export type LogicalType =
  | { readonly kind: (typeof PLAIN)[number] }
  /** Exactly `scale` digits after the point. */
  | { readonly kind: "decimal"; readonly scale: number };

const SCALE_MAX = 1000;

/** A type as salvor.yaml writes it: `decimal(10,2)`, `date`, … CONFIG_INVALID when it is none. */
export function parseLogicalType(text: string): LogicalType {
  const type = text.trim().toLowerCase();
  const kind = PLAIN.find((name) => name === type);
  if (kind !== undefined) return { kind };
  const scale = scaleOf(type);
  if (type.startsWith("decimal") && scale !== null) return { kind: "decimal", scale };
  throw new SalvorError("CONFIG_INVALID", `"${text}" is not a logical type`, {
    hint: `Write one of ${PLAIN.join(", ")}, or decimal(digits,scale).`,
  });
}

/** The rules, in order, that a declared type is held against; the first that fits holds. */
const DECLARED: readonly (readonly [RegExp, LogicalType["kind"] & (typeof PLAIN)[number]])[] = [
  [/BOOL/, "boolean"],
  [/^(DATETIME|TIMESTAMP)/, "timestamp"],
  [/^DATE\b/, "date"],
  [/^JSON/, "json"],
  [/INT/, "integer"],
  [/CHAR|CLOB|TEXT/, "text"],
  [/BLOB|BYTEA/, "bytes"],
  [/REAL|FLOA|DOUB/, "real"],
];

/** The logical type that a declared one tells; `any` when it tells none. */
export function logicalTypeOf(declared: string): LogicalType {
  const type = declared.trim().toUpperCase();
  if (/^(DECIMAL|NUMERIC)\b/.test(type)) {
    const scale = scaleOf(type);
    return scale === null ? { kind: "any" } : { kind: "decimal", scale };
  }
  const kind = DECLARED.find(([pattern]) => pattern.test(type))?.[1];
  return { kind: kind ?? "any" };
}

/** The scale in `…(digits)` (none: 0) or `…(digits, scale)`; null without digits. */
function scaleOf(type: string): number | null {
  const [, scale = "0"] = /^\w+\s*\(\s*\d+\s*(?:,\s*(\d+)\s*)?\)$/.exec(type) ?? [null, "none"];
  const value = Number(scale);
  return Number.isInteger(value) && value <= SCALE_MAX ? value : null;
}
