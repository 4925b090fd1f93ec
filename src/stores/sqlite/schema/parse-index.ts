import { indexedColumn } from "./clauses.ts";
import { TokenReader } from "./token-reader.ts";
import { tokenize } from "../../engine/tokens.ts";
import type { IndexDefinition } from "./types.ts";

/** Reads a CREATE INDEX as SQLite keeps it. Null when it is none. */
export function parseIndex(name: string, sql: string): IndexDefinition | null {
  const reader = new TokenReader(tokenize(sql));
  if (!reader.takeWords("CREATE")) return null;
  const unique = reader.takeWords("UNIQUE");
  if (!reader.takeWords("INDEX")) return null;
  reader.takeName();
  if (reader.takeSign(".")) reader.takeName();
  if (!reader.takeWords("ON")) return null;
  const table = reader.takeName();
  const columns = reader.takeList().map(indexedColumn);
  const where = reader.takeWords("WHERE") ? reader.rest() : null;
  return { name, table, unique, columns, where };
}
