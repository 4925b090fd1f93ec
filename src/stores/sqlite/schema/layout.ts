import { sameName } from "./names.ts";
import type { IndexDefinition, IndexedColumn, TableDefinition } from "./types.ts";

/** How a table's rows lie in its b-tree, and what tells them apart. */
export interface TableLayout {
  /** Positions in the definition's columns, in the order of the stored record. */
  readonly stored: readonly number[];
  /** `rowid`: the alias column; `columns`: those of `key`; `row`: only the whole row. */
  readonly keyKind: "rowid" | "columns" | "row";
  /** Positions in the stored record of the key's columns. */
  readonly key: readonly number[];
}

/** The layout follows from the definition and, for tables without a primary key, unique indexes. */
export function layoutOf(
  definition: TableDefinition,
  indexes: readonly IndexDefinition[],
): TableLayout {
  const stored = definition.withoutRowid ? indexOrder(definition) : tableOrder(definition);
  if (definition.rowidAlias !== null) return { stored, keyKind: "rowid", key: [] };
  const key = usableKey(definition, indexes, stored);
  return key === null ? { stored, keyKind: "row", key: [] } : { stored, keyKind: "columns", key };
}

function isStored(definition: TableDefinition, at: number): boolean {
  return definition.columns[at]?.generated?.kind !== "virtual";
}

function tableOrder(definition: TableDefinition): readonly number[] {
  return [...definition.columns.keys()].filter((at) => isStored(definition, at));
}

/** WITHOUT ROWID: the primary key's columns come first, each once, then the others. */
function indexOrder(definition: TableDefinition): readonly number[] {
  const order: number[] = [];
  const seen = new Set<string>();
  for (const member of definition.primaryKey?.columns ?? []) {
    const at = positionOf(definition, member);
    // The same column under another collation is a member of its own, and stored again.
    const identity = `${at} ${member.collation ?? definition.columns[at]?.collation}`;
    if (at >= 0 && !seen.has(identity)) order.push(at);
    seen.add(identity);
  }
  return [...order, ...tableOrder(definition).filter((at) => !order.includes(at))];
}

function positionOf(definition: TableDefinition, { column }: IndexedColumn): number {
  if (column === null) return -1;
  return definition.columns.findIndex(({ name }) => sameName(name, column));
}

function usableKey(
  definition: TableDefinition,
  indexes: readonly IndexDefinition[],
  stored: readonly number[],
): readonly number[] | null {
  const places = (columns: readonly IndexedColumn[]): readonly number[] => [
    ...new Set(columns.map((column) => stored.indexOf(positionOf(definition, column)))),
  ];
  if (definition.primaryKey !== null) {
    const key = places(definition.primaryKey.columns);
    return key.length > 0 && !key.includes(-1) ? key : null;
  }
  const unique = [
    ...definition.unique.map(({ columns }) => columns),
    ...indexes.filter((each) => each.unique && each.where === null).map(({ columns }) => columns),
  ];
  const isUsable = (key: readonly number[]): boolean =>
    key.length > 0 &&
    key.every((at) => at >= 0 && definition.columns[stored[at] ?? -1]?.notNull === true);
  return unique.map(places).find(isUsable) ?? null;
}
