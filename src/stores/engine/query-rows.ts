import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import type { Json, JsonObject } from "../../core/json.ts";
import { showValue, type TextEncoding } from "../../receipts/show.ts";
import type { Value } from "../../receipts/types.ts";
import type { QueryAnswer } from "../types.ts";

/** How much of an answer is wanted, and how the database spells its text. */
export interface AnswerLimits {
  /** As the engine calls it: `UTF-8`, `UTF-16le`, `UTF-16be`. */
  readonly encoding: string;
  readonly rowsMax: number;
  readonly bytesMax: number;
}

type Row = readonly SQLOutputValue[];

/** What stands where bytes were no text. */
const REPLACED = "\u{fffd}";

/** Runs the statement and shows its rows, as many as are wanted. */
export function readAnswer(
  database: DatabaseSync,
  text: string,
  limits: AnswerLimits,
): QueryAnswer {
  const columns = ownNames(
    database
      .prepare(text)
      .columns()
      .map(({ name }) => name),
  );
  const shown = readRows(database, text, limits, columns, (row) => row.map(showPlain));
  if (!shown.rows.some(hasReplacement)) return shown;
  const encoding = limits.encoding.toLowerCase() as TextEncoding;
  return readRows(database, withBytes(text, columns.length), limits, columns, (row) =>
    columns.map((_, at) => showTyped(row[2 * at], row[2 * at + 1], encoding)),
  );
}

function readRows(
  database: DatabaseSync,
  text: string,
  { rowsMax, bytesMax }: AnswerLimits,
  columns: readonly string[],
  show: (row: Row) => readonly Json[],
): QueryAnswer {
  const statement = database.prepare(text);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  const rows: JsonObject[] = [];
  let bytes = 0;
  for (const row of statement.iterate() as Iterable<unknown>) {
    if (rows.length >= rowsMax) return { columns, rows, truncated: true };
    const values = show(row as Row);
    const shown = Object.fromEntries(columns.map((name, at) => [name, values[at] ?? null]));
    bytes += Buffer.byteLength(JSON.stringify(shown));
    if (bytes > bytesMax) return { columns, rows, truncated: true };
    rows.push(shown);
  }
  return { columns, rows, truncated: false };
}

/** Names of columns need not differ; those of an object's members do. */
function ownNames(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let count = 2; seen.has(own); count++) own = `${name}:${count}`;
    seen.add(own);
    return own;
  });
}

function hasReplacement(row: JsonObject): boolean {
  return Object.values(row).some((value) => typeof value === "string" && value.includes(REPLACED));
}

function showPlain(value: SQLOutputValue): Json {
  return typeof value === "string" ? value : showValue(valueOf(value), "utf-8");
}

function valueOf(value: Exclude<SQLOutputValue, string>): Value {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value };
  if (typeof value === "number") return { type: "real", value };
  return { type: "blob", bytes: value };
}

/** The same rows in the same order, with each value's class, and text as its bytes. */
function withBytes(text: string, count: number): string {
  const names = Array.from({ length: count }, (_, at) => `c${at}`);
  const pairs = names.map(
    (n) => `typeof(${n}), iif(typeof(${n}) = 'text', CAST(${n} AS BLOB), ${n})`,
  );
  return `WITH salvor_asked(${names.join(", ")}) AS (\n${text}\n) SELECT ${pairs.join(", ")} FROM salvor_asked`;
}

function showTyped(
  type: SQLOutputValue | undefined,
  value: SQLOutputValue | undefined,
  encoding: TextEncoding,
): Json {
  if (typeof value === "string" || value === undefined) return value ?? null;
  const found = valueOf(value);
  return type === "text" && found.type === "blob"
    ? showValue({ type: "text", bytes: found.bytes }, encoding)
    : showValue(found, encoding);
}
