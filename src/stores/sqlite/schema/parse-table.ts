import { indexedColumn, takeConflict, takeReference } from "./clauses.ts";
import { sameName } from "./names.ts";
import { normalSql } from "./normal-sql.ts";
import { takeColumn, type ParsedColumn } from "./parse-column.ts";
import { TokenReader } from "./token-reader.ts";
import { tokenize } from "../../engine/tokens.ts";
import type { ForeignKeyDefinition, KeyConstraint, TableDefinition } from "./types.ts";

interface Constraints {
  primaryKey: KeyConstraint | null;
  autoincrement: boolean;
  readonly unique: KeyConstraint[];
  readonly checks: string[];
  readonly foreignKeys: ForeignKeyDefinition[];
}

/**
 * Reads a CREATE TABLE as SQLite keeps it. Tolerant: what it does not know it steps over. Null when
 * there is no list of columns at all.
 */
export function parseTable(name: string, sql: string): TableDefinition | null {
  const tokens = tokenize(sql);
  const body = tokens.findIndex(({ kind, value }) => kind === "other" && value === "(");
  if (body < 0) return null;
  const options = optionsOf(tokens.slice(lastClosing(tokens) + 1).map(({ value }) => value));

  const reader = new TokenReader(tokens.slice(body + 1));
  const columns: ParsedColumn[] = [];
  while (!reader.isAtEnd && !startsConstraint(reader)) {
    columns.push(takeColumn(reader, sql, options.strict));
    if (!reader.takeSign(",")) break;
  }
  const found = constraintsOf(columns);
  while (!reader.isAtEnd && !reader.isSign(")")) {
    if (!takeConstraint(reader, found)) reader.next();
  }
  return define(name, columns, found, options);
}

function lastClosing(tokens: readonly { readonly kind: string; readonly value: string }[]): number {
  return tokens.findLastIndex(({ kind, value }) => kind === "other" && value === ")");
}

interface Options {
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

function optionsOf(words: readonly string[]): Options {
  const upper = words.map((word) => word.toUpperCase());
  return { strict: upper.includes("STRICT"), withoutRowid: upper.includes("ROWID") };
}

function startsConstraint(reader: TokenReader): boolean {
  return ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].some((word) =>
    reader.isWord(word),
  );
}

/** Constraints of columns come before those of the table, as the engine numbers them. */
function constraintsOf(columns: readonly ParsedColumn[]): Constraints {
  return {
    primaryKey: columns.find(({ primaryKey }) => primaryKey !== null)?.primaryKey ?? null,
    autoincrement: columns.some(({ autoincrement }) => autoincrement),
    unique: columns.flatMap(({ unique }) => unique),
    checks: columns.flatMap(({ checks }) => checks),
    foreignKeys: columns.flatMap(({ foreignKeys }) => foreignKeys),
  };
}

function takeConstraint(reader: TokenReader, found: Constraints): boolean {
  if (reader.takeWords("CONSTRAINT")) reader.takeName();
  else if (reader.takeWords("PRIMARY", "KEY")) takePrimaryKey(reader, found);
  else if (reader.takeWords("UNIQUE")) {
    const columns = reader.takeList().map(indexedColumn);
    found.unique.push({ columns, conflict: takeConflict(reader) });
  } else if (reader.takeWords("CHECK")) {
    found.checks.push(normalSql(reader.takeParenthesised()));
    takeConflict(reader);
  } else if (reader.takeWords("FOREIGN", "KEY")) {
    const columns = reader.takeList().map((item) => item[0]?.value ?? "");
    if (reader.takeWords("REFERENCES")) found.foreignKeys.push(takeReference(reader, columns));
  } else return false;
  return true;
}

function takePrimaryKey(reader: TokenReader, found: Constraints): void {
  const items = reader.takeList();
  const last = items.at(-1)?.at(-1);
  found.autoincrement = last?.kind === "word" && last.value.toUpperCase() === "AUTOINCREMENT";
  if (found.autoincrement) items.at(-1)?.pop();
  found.primaryKey = { columns: items.map(indexedColumn), conflict: takeConflict(reader) };
}

function define(
  name: string,
  parsed: readonly ParsedColumn[],
  found: Constraints,
  { strict, withoutRowid }: Options,
): TableDefinition {
  const columns = parsed.map(({ column }) => column);
  const declared = (written: string): string =>
    columns.find((column) => sameName(column.name, written))?.name ?? written;
  const withNames = (key: KeyConstraint): KeyConstraint => ({
    ...key,
    columns: key.columns.map((each) => ({
      ...each,
      column: each.column === null ? null : declared(each.column),
    })),
  });
  return {
    name,
    columns,
    primaryKey: found.primaryKey === null ? null : withNames(found.primaryKey),
    rowidAlias: withoutRowid ? null : rowidAlias(parsed, found.primaryKey),
    autoincrement: found.autoincrement,
    unique: found.unique.map(withNames),
    checks: found.checks,
    foreignKeys: found.foreignKeys.map((key) => ({ ...key, columns: key.columns.map(declared) })),
    withoutRowid,
    strict,
  };
}

/**
 * A single INTEGER column as the primary key is the row id, but for one quirk that SQLite keeps for
 * ever: `INTEGER PRIMARY KEY DESC` behind the column is not, `PRIMARY KEY (x DESC)` is.
 */
function rowidAlias(
  parsed: readonly ParsedColumn[],
  primaryKey: KeyConstraint | null,
): number | null {
  const [only] = primaryKey?.columns ?? [];
  if (primaryKey?.columns.length !== 1 || only === undefined || only.column === null) return null;
  const { column } = only;
  const at = parsed.findIndex((each) => sameName(each.column.name, column));
  const alias = parsed[at];
  if (alias?.isInteger !== true) return null;
  return alias.primaryKey !== null && only.descending ? null : at;
}
