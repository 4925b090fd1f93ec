import { sameName } from "../schema/names.ts";
import { TokenReader } from "../schema/token-reader.ts";
import { tokenize } from "../../engine/tokens.ts";
import type { Schema } from "./schemas.ts";

/** Triggers of the live table that a row which goes back sets off. */
export function insertTriggers({ rows }: Schema, table: string): readonly string[] {
  return rows
    .filter((row) => row.type === "trigger" && sameName(row.table, table))
    .filter(({ sql }) => sql !== null && isForInsert(sql))
    .map(({ name }) => name);
}

/** CREATE [TEMP] TRIGGER [IF NOT EXISTS] [schema.]name [BEFORE|AFTER|INSTEAD OF] event … */
function isForInsert(sql: string): boolean {
  const reader = new TokenReader(tokenize(sql));
  while (!reader.isAtEnd && !reader.takeWords("TRIGGER")) reader.next();
  reader.takeWords("IF", "NOT", "EXISTS");
  reader.takeName();
  if (reader.takeSign(".")) reader.takeName();
  if (!reader.takeWords("BEFORE") && !reader.takeWords("AFTER")) reader.takeWords("INSTEAD", "OF");
  return reader.takeWords("INSERT");
}
