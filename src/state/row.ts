import { SalvorError } from "../core/errors.ts";
import type { StateRow } from "./types.ts";

/** A column that holds text. STATE_DAMAGED when it holds anything else. */
export function text(row: StateRow, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw unexpected(column, "text");
}

/** A column that holds a number. STATE_DAMAGED when it holds anything else. */
export function number(row: StateRow, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw unexpected(column, "a number");
}

function unexpected(column: string, wanted: string): SalvorError {
  return new SalvorError("STATE_DAMAGED", `the state has no ${wanted} in column ${column}`, {
    hint: "Move state.sqlite aside and run the command again; backups are not touched by this.",
  });
}
