import { foldName } from "./names.ts";
import { tokenize } from "../../engine/tokens.ts";
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

const FTS = ["content", "docsize", "segdir", "segments", "stat"];
const RTREE = ["node", "parent", "rowid"];
/** What the modules that SQLite ships call their shadow tables, behind the underscore. */
const SUFFIXES = new Map<string, readonly string[]>([
  ["fts3", FTS],
  ["fts4", FTS],
  ["fts5", ["config", "content", "data", "docsize", "idx"]],
  ["geopoly", RTREE],
  ["rtree", RTREE],
  ["rtree_i32", RTREE],
]);

/**
 * Tells the tables in which virtual tables keep their content. Their names begin with that of the
 * virtual table and an underscore; how they go on is known for the modules of SQLite only.
 */
export function shadowTables(rows: readonly SchemaRow[]): ReadonlySet<string> {
  const owners = rows.flatMap((row) => {
    const module = moduleOf(row);
    if (module === null) return [];
    return [{ prefix: `${foldName(row.name)}_`, suffixes: SUFFIXES.get(module) }];
  });
  const isShadow = (name: string): boolean =>
    owners.some(
      ({ prefix, suffixes }) =>
        name.startsWith(prefix) && (suffixes?.includes(name.slice(prefix.length)) ?? true),
    );
  return new Set(
    rows
      .filter((row) => row.type === "table" && row.rootPage > 0 && isShadow(foldName(row.name)))
      .map(({ name }) => name),
  );
}
