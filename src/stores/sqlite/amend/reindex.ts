import type { DatabaseSync } from "node:sqlite";

import { messageOf, SalvorError } from "../../../core/errors.ts";
import type { Amended } from "../../types.ts";
import { sqliteCode } from "../../engine/engine.ts";
import { quoted } from "../schema/names.ts";
import { doubtsOf } from "./index-doubts.ts";
import { requireSound } from "./integrity-check.ts";

const CONSTRAINT = 19;

/** Builds indexes anew from their tables, and checks both before anything is committed. */
export function reindex(database: DatabaseSync, path: string, indexes: readonly string[]): Amended {
  const tables = new Map(indexes.map((index) => [index, tableOf(database, path, index)]));
  const doubts = [...tables].flatMap(([index, table]) => doubtsOf(database, table, index));
  for (const index of indexes) rebuild(database, index);
  requireSound(database, path, [...new Set(tables.values())]);
  return { collections: [], doubts, touched: indexes };
}

function tableOf(database: DatabaseSync, path: string, index: string): string {
  const row = database
    .prepare(
      "SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE",
    )
    .get(index);
  if (row !== undefined) return String(row["tbl_name"]);
  throw new SalvorError("NOT_FOUND", `${path} has no index ${index}`, {
    hint: 'Run "salvor scan" again: the store has changed since it was looked at.',
  });
}

function rebuild(database: DatabaseSync, index: string): void {
  try {
    database.exec(`REINDEX main.${quoted(index)}`);
  } catch (error) {
    if (sqliteCode(error) !== CONSTRAINT) throw error;
    const message = `index ${index} cannot be rebuilt, its table breaks it: ${messageOf(error)}`;
    throw new SalvorError("RULE_BROKEN", message, {
      hint: 'Nothing was changed. Remove the double rows, or "salvor recover --from" a snapshot.',
      cause: error,
    });
  }
}
