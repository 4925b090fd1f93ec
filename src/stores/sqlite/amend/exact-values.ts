import type { SQLOutputValue } from "node:sqlite";

import type { Value } from "../../../receipts/types.ts";
import { quoted } from "../schema/names.ts";

/**
 * Selects columns of `s` so that nothing is lost on the way out of the engine: each with its storage
 * class, and text as its bytes.
 */
export function exactColumns(columns: readonly string[]): string {
  return columns
    .map((name) => {
      const column = `s.${quoted(name)}`;
      return `typeof(${column}), CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`;
    })
    .join(", ");
}

/** The values of a row that was selected so, with integers as BigInt. */
export function valuesOf(row: readonly SQLOutputValue[]): Value[] {
  const values: Value[] = [];
  for (let at = 0; at < row.length; at += 2) {
    values.push(valueOf(row[at + 1] ?? null, row[at] === "text"));
  }
  return values;
}

function valueOf(shown: SQLOutputValue, isText: boolean): Value {
  if (shown === null) return { type: "null" };
  if (typeof shown === "bigint") return { type: "integer", value: shown };
  if (typeof shown === "number") return { type: "real", value: shown };
  const bytes = typeof shown === "string" ? Buffer.from(shown) : shown;
  return { type: isText ? "text" : "blob", bytes };
}
