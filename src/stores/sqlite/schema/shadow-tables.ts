import { foldName } from "./names.ts";
import { tokenize } from "./tokens.ts";
import type { SchemaRow } from "./types.ts";

/** The module of a CREATE VIRTUAL TABLE, in lower case, or null for any other row. */
export function moduleOf({ type, sql }: SchemaRow): string | null {
  if (type !== "table" || sql === null) return null;
  const [create, virtual] = tokenize(sql.slice(0, 200));
  if (!isWord(create?.value, "CREATE") || !isWord(virtual?.value, "VIRTUAL")) return null;
  const tokens = tokenize(sql);
  const using = tokens.findIndex(({ kind, value }) => kind === "word" && isWord(value, "USING"));
  return foldName(tokens[using + 1]?.value ?? "");
}

function isWord(value: string | undefined, word: string): boolean {
  return value?.toUpperCase() === word;
}

/**
 * Tells the tables in which virtual tables keep their content: their names begin with that of the
 * virtual table and an underscore, whatever the module.
 */
export function shadowTables(rows: readonly SchemaRow[]): ReadonlySet<string> {
  const owners = rows.filter((row) => moduleOf(row) !== null).map(({ name }) => foldName(name));
  const isShadow = (name: string): boolean =>
    owners.some((owner) => foldName(name).startsWith(`${owner}_`));
  return new Set(
    rows
      .filter((row) => row.type === "table" && row.rootPage > 0 && isShadow(row.name))
      .map(({ name }) => name),
  );
}
