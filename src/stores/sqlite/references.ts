import type { ReferenceSeal } from "../../receipts/types.ts";
import type { Description } from "./description.ts";
import type { StoredTable, TableRoot } from "./format/types.ts";
import { foldName, sameName } from "./schema/names.ts";
import type { ForeignKeyDefinition } from "./schema/types.ts";

/** A reference to a row id, which the decoder follows by itself: most are. */
export interface RowidReference {
  /** Place of the column in the canonical row. */
  readonly column: number;
  /** The table that it points to. */
  readonly parent: TableRoot;
}

/** Tables by their folded names: a schema may have thousands. */
export type TablesByName = ReadonlyMap<string, StoredTable>;

/** Makes the tables of a description quick to find. */
export function tablesByName({ tables }: Pick<Description, "tables">): TablesByName {
  return new Map(tables.map((table) => [foldName(table.collection.name), table]));
}

/** For each foreign key of a table, in the order of its declaration; null where only the engine can. */
export function rowidReferences(
  table: StoredTable,
  tables: TablesByName,
): readonly (RowidReference | null)[] {
  return table.definition.foreignKeys.map((key) => rowidReference(table, key, tables));
}

function rowidReference(
  { collection, definition }: StoredTable,
  { columns, parent, parentColumns }: ForeignKeyDefinition,
  tables: TablesByName,
): RowidReference | null {
  const found = tables.get(foldName(parent));
  const alias = found === undefined ? null : aliasOf(found);
  const [name] = columns;
  if (found === undefined || alias === null || name === undefined || columns.length > 1)
    return null;
  if (parentColumns.some((each) => !sameName(each, alias))) return null;
  const own = aliasOf({ definition });
  if (own !== null && sameName(own, name)) return null; // its value stands in the key
  const column = collection.columns.findIndex((each) => sameName(each, name));
  if (column < 0) return null;
  const { rootPage } = found;
  return { column, parent: { rootPage, collection: { name: found.collection.name } } };
}

function aliasOf({ definition }: Pick<StoredTable, "definition">): string | null {
  const { rowidAlias, columns } = definition;
  return rowidAlias === null ? null : (columns[rowidAlias]?.name ?? null);
}

/** A foreign key as a receipt names it, whoever counted its orphans. */
export function referenceSeal(
  { collection, definition }: StoredTable,
  { columns, parent, parentColumns }: ForeignKeyDefinition,
  orphans: number | null,
): ReferenceSeal {
  const declared = new Map(definition.columns.map(({ name }) => [foldName(name), name]));
  const own = columns.map((name) => declared.get(foldName(name)) ?? name);
  return {
    from: `${collection.name}.${columnList(own)}`,
    to: parentColumns.length === 0 ? parent : `${parent}.${columnList(parentColumns)}`,
    orphans,
  };
}

/** `column`, or `(a, b)`. */
function columnList(names: readonly string[]): string {
  return names.length === 1 ? String(names[0]) : `(${names.join(", ")})`;
}
