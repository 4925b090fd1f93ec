import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { writeKey, writeRecord } from "../receipts/canonical.ts";
import type { KeyShape, TextEncoding } from "../receipts/show.ts";
import type { Value } from "../receipts/types.ts";
import type { LineProblem } from "./rule-file.ts";

/** A row that never comes back. */
export interface ForgottenKey {
  readonly collection: string;
  /** By column, written as proofs and receipts show keys. */
  readonly key: JsonObject;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** What a forget file holds. */
export interface ParsedForget {
  readonly keys: readonly ForgottenKey[];
  readonly problems: readonly LineProblem[];
}

/** Problems that are worth telling one by one. */
const PROBLEMS_MAX = 100;

const MALFORMED =
  'is not a forgotten key: write it as {"collection": "customer", "key": {"id": 7}}';

/**
 * Reads a forget file: NDJSON, a line for each erased row, such as
 * `{"collection": "customer", "key": {"id": 7}}`. Blank lines are passed over; everything else that
 * is not such a line is a problem, for a row that comes back by a slip of the pen is a breach.
 */
export function parseForget(file: string, text: string): ParsedForget {
  const keys: ForgottenKey[] = [];
  const problems: LineProblem[] = [];
  for (const { line, number } of linesOf(text)) {
    const parsed = parseLine(line);
    if (typeof parsed !== "string") keys.push({ ...parsed, file, line: number });
    else problems.push({ file, line: number, message: parsed });
    if (problems.length === PROBLEMS_MAX) break;
  }
  return { keys, problems };
}

function* linesOf(text: string): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0;
  for (let start = text.startsWith("\uFEFF") ? 1 : 0; start < text.length;) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end).trim();
    number++;
    if (line !== "") yield { line, number };
    start = end + 1;
  }
}

/** The key, or what is wrong with the line; never the line itself, which is about a person. */
function parseLine(line: string): Pick<ForgottenKey, "collection" | "key"> | string {
  const { collection, key, ...others } = objectIn(line);
  if (typeof collection !== "string" || collection === "" || Object.keys(others).length > 0)
    return MALFORMED;
  if (!isJsonObject(key) || Object.keys(key).length === 0) return MALFORMED;
  const column = Object.keys(key).find((name) => valuesOf(key[name] ?? null, "utf-8") === null);
  if (column !== undefined) return `gives column ${column} no value that a key can have`;
  return { collection, key };
}

/** No object has no members: then the line is malformed too. */
function objectIn(line: string): JsonObject {
  try {
    const value = JSON.parse(line) as Json;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** The forgotten keys of one collection, for whoever puts rows back. */
export interface ForgottenRows {
  /** Canonical keys, in hex digits. */
  readonly hex: readonly string[];
  /** Keys that do not name exactly the columns that tell the rows apart. */
  readonly problems: readonly LineProblem[];
}

/**
 * Canonical keys of the forgotten rows of a collection. JSON writes 7 and 7.0 alike, so a whole number
 * stands for both.
 */
export function forgottenRows(
  keys: readonly ForgottenKey[],
  collection: string,
  shape: KeyShape,
): ForgottenRows {
  const columns = shape.key.length > 0 ? shape.key : shape.columns;
  const encode = shape.key.length > 0 ? writeKey : writeRecord;
  const hex = new Set<string>();
  const problems: LineProblem[] = [];
  for (const each of keys) {
    if (each.collection !== collection) continue;
    const choices = choicesOf(each.key, columns, shape.encoding);
    for (const values of choices ?? []) hex.add(Buffer.from(encode(values)).toString("hex"));
    if (choices !== null) continue;
    const message = `names other columns than ${collection} is keyed by: ${columns.join(", ")}`;
    problems.push({ file: each.file, line: each.line, message });
  }
  return { hex: [...hex], problems };
}

/** Everything that a key can mean as stored; null when it does not name these columns. */
function choicesOf(
  key: JsonObject,
  columns: readonly string[],
  encoding: TextEncoding,
): readonly (readonly Value[])[] | null {
  if (Object.keys(key).length !== columns.length) return null;
  let rows: readonly (readonly Value[])[] = [[]];
  for (const column of columns) {
    const values = Object.hasOwn(key, column) ? valuesOf(key[column] ?? null, encoding) : null;
    if (values === null) return null;
    rows = rows.flatMap((row) => values.map((value) => [...row, value]));
  }
  return rows;
}

/** What a shown value can be as stored, the other way round as `showValue`; null when nothing. */
function valuesOf(shown: Json, encoding: TextEncoding): readonly Value[] | null {
  if (shown === null) return [{ type: "null" }];
  if (typeof shown === "string") return [{ type: "text", bytes: encodeText(shown, encoding) }];
  if (typeof shown === "number") return numbersOf(shown);
  return isJsonObject(shown) ? markedOf(shown) : null;
}

function numbersOf(shown: number): readonly Value[] {
  const reals = shown === 0 ? [0, -0] : [shown];
  const whole = Number.isSafeInteger(shown)
    ? [{ type: "integer", value: BigInt(shown) } as const]
    : [];
  return [...whole, ...reals.map((value): Value => ({ type: "real", value }))];
}

/** `{"$int": "…"}`, `{"$real": "…"}`, `{"$bytes": base64}`: bytes of a blob, or of bad text. */
function markedOf(shown: JsonObject): readonly Value[] | null {
  const [[mark, text] = [], ...others] = Object.entries(shown);
  if (typeof text !== "string" || others.length > 0) return null;
  if (mark === "$int" && /^-?\d{1,19}$/.test(text)) {
    const value = BigInt(text);
    return BigInt.asIntN(64, value) === value ? [{ type: "integer", value }] : null;
  }
  if (mark === "$real" && /^-?Infinity$/.test(text)) return [{ type: "real", value: Number(text) }];
  if (mark !== "$bytes" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  return [
    { type: "blob", bytes },
    { type: "text", bytes },
  ];
}

function encodeText(text: string, encoding: TextEncoding): Uint8Array {
  if (encoding === "utf-8") return Buffer.from(text, "utf8");
  const units = Buffer.from(text, "utf16le");
  return encoding === "utf-16le" ? units : units.swap16();
}
