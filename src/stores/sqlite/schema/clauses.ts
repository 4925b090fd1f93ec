import { normalSql } from "./normal-sql.ts";
import type { TokenReader } from "./token-reader.ts";
import type { Token } from "../../engine/tokens.ts";
import type { ForeignKeyDefinition, IndexedColumn } from "./types.ts";

// The clauses that column constraints, table constraints and indexes share.

/** ON CONFLICT …, or null where there is none or it says what goes without saying. */
export function takeConflict(reader: TokenReader): string | null {
  if (!reader.takeWords("ON", "CONFLICT")) return null;
  const action = reader.takeName().toUpperCase();
  return action === "ABORT" ? null : action;
}

/** REFERENCES … of the columns, whose first word has been taken already. */
export function takeReference(
  reader: TokenReader,
  columns: readonly string[],
): ForeignKeyDefinition {
  const parent = reader.takeName();
  const parentColumns = reader.takeList().map((item) => item[0]?.value ?? "");
  const rules = { DELETE: "NO ACTION", UPDATE: "NO ACTION", MATCH: "NONE" };
  let deferred = false;
  for (;;) {
    if (reader.takeWords("ON", "DELETE")) rules.DELETE = takeAction(reader);
    else if (reader.takeWords("ON", "UPDATE")) rules.UPDATE = takeAction(reader);
    else if (reader.takeWords("ON", "INSERT")) takeAction(reader);
    else if (reader.takeWords("MATCH")) rules.MATCH = reader.takeName().toUpperCase();
    else if (reader.takeWords("NOT", "DEFERRABLE")) takeInitially(reader);
    else if (reader.takeWords("DEFERRABLE")) deferred = takeInitially(reader);
    else break;
  }
  return {
    columns,
    parent,
    parentColumns,
    onDelete: rules.DELETE,
    onUpdate: rules.UPDATE,
    match: rules.MATCH,
    deferred,
  };
}

function takeAction(reader: TokenReader): string {
  const first = reader.takeName().toUpperCase();
  return ["SET", "NO"].includes(first) ? `${first} ${reader.takeName().toUpperCase()}` : first;
}

function takeInitially(reader: TokenReader): boolean {
  if (reader.takeWords("INITIALLY", "DEFERRED")) return true;
  reader.takeWords("INITIALLY", "IMMEDIATE");
  return false;
}

/** One member of a key or an index, from its tokens. */
export function indexedColumn(item: readonly Token[]): IndexedColumn {
  let tokens = item;
  const endsWith = (...words: readonly string[]): boolean =>
    tokens.length > words.length &&
    words.every((word, index) => isWord(tokens[tokens.length - words.length + index], word));

  // NULLS FIRST and LAST are accepted only where they say what the order says anyway.
  if (endsWith("NULLS", "FIRST") || endsWith("NULLS", "LAST")) tokens = tokens.slice(0, -2);
  const descending = endsWith("DESC");
  if (descending || endsWith("ASC")) tokens = tokens.slice(0, -1);
  let collation: string | null = null;
  if (tokens.length > 2 && isWord(tokens.at(-2), "COLLATE")) {
    collation = (tokens.at(-1)?.value ?? "").toUpperCase();
    tokens = tokens.slice(0, -2);
  }
  while (tokens.length === 3 && tokens[0]?.value === "(" && tokens[2]?.value === ")")
    tokens = tokens.slice(1, 2);
  const [only] = tokens;
  const column = tokens.length === 1 && isName(only) ? (only?.value ?? null) : null;
  return { column, expression: column === null ? normalSql(tokens) : null, collation, descending };
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.value.toUpperCase() === word;
}

function isName(token: Token | undefined): boolean {
  return token !== undefined && ["word", "name", "string"].includes(token.kind);
}
