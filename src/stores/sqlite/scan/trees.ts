import { indexDefinitions, tableDefinitions } from "../schema/catalogue.ts";
import { layoutOf } from "../schema/layout.ts";
import { foldName } from "../schema/names.ts";
import { moduleOf } from "../schema/shadow-tables.ts";
import type { IndexDefinition, SchemaRow, TableDefinition } from "../schema/types.ts";
import {
  CLASS_BITS,
  CLASSED_COLUMNS,
  COLUMNS_A_WORD,
  BLOB_CLASS,
  INTEGER_CLASS,
  REAL_CLASS,
  TEXT_CLASS,
} from "./kinds.ts";

/** A b-tree that the schema names, and what its pages may hold. Plain data: crosses threads. */
export interface Tree {
  readonly name: string;
  /** The table that it is, or that it is an index of. */
  readonly table: string;
  readonly type: "table" | "index";
  readonly root: number;
  /** Its leaves have row ids; null when only its root page tells. */
  readonly hasRowids: boolean | null;
  /** Most columns that a record can have; null when the schema does not tell. */
  readonly columnsMax: number | null;
  /** Classes of values that cannot be there, in two words. */
  readonly impossible: readonly [low: number, high: number];
  /** An index that has an entry for each row of its table. */
  readonly isWhole: boolean;
}

const NOTHING = [0, 0] as const;
/** SQLite's own limit, unless it was built for more. */
const COLUMNS_MAX = 2000;

/** The tree that names all others. */
export const SCHEMA_TREE: Tree = {
  name: "sqlite_schema",
  table: "sqlite_schema",
  type: "table",
  root: 1,
  hasRowids: true,
  columnsMax: 5,
  impossible: words([0, 1, 2, 4].flatMap((at) => [bit(at, INTEGER_CLASS), bit(at, REAL_CLASS)])),
  isWhole: false,
};

/** The trees of a schema, sqlite_schema first. Rows that nobody understands have trees too. */
export function treesOf(rows: readonly SchemaRow[]): readonly Tree[] {
  const tables = tolerant(() => tableDefinitions(rows), new Map<string, TableDefinition>());
  const indexes = new Map(
    tolerant(() => indexDefinitions(rows), []).map((index) => [foldName(index.name), index]),
  );
  const trees = rows.flatMap((row): Tree[] => {
    if (row.type === "index") return [indexTree(row, indexes.get(foldName(row.name)))];
    const isVirtual = row.rootPage === 0 && moduleOf(row) !== null;
    if (row.type !== "table" || isVirtual) return [];
    return [tableTree(row, tables.get(foldName(row.name)))];
  });
  return [SCHEMA_TREE, ...trees];
}

/** Damage may lie in the schema's text too; what cannot be parsed is not held against its pages. */
function tolerant<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

function indexTree(row: SchemaRow, definition: IndexDefinition | undefined): Tree {
  return {
    name: row.name,
    table: row.table,
    type: "index",
    root: row.rootPage,
    hasRowids: false,
    columnsMax: null,
    impossible: NOTHING,
    isWhole: row.sql === null || definition?.where === null,
  };
}

function tableTree(row: SchemaRow, definition: TableDefinition | undefined): Tree {
  const { name, rootPage } = row;
  const common = { name, table: name, type: "table", root: rootPage, isWhole: false } as const;
  if (definition === undefined || definition.columns.length > COLUMNS_MAX)
    return { ...common, hasRowids: null, columnsMax: null, impossible: NOTHING };
  const { stored } = layoutOf(definition, []);
  return {
    ...common,
    hasRowids: !definition.withoutRowid,
    columnsMax: stored.length,
    impossible: impossibleClasses(definition, stored),
  };
}

/** The engine stores the row id's column as NULL, and never a number in a column of text. */
function impossibleClasses(
  definition: TableDefinition,
  stored: readonly number[],
): readonly [number, number] {
  const bits = stored.slice(0, CLASSED_COLUMNS).flatMap((column, at) => {
    if (definition.rowidAlias === column)
      return [INTEGER_CLASS, REAL_CLASS, TEXT_CLASS, BLOB_CLASS].map((kind) => bit(at, kind));
    const isText = definition.columns[column]?.affinity === "text";
    return isText ? [bit(at, INTEGER_CLASS), bit(at, REAL_CLASS)] : [];
  });
  return words(bits);
}

interface ClassBit {
  readonly word: 0 | 1;
  readonly mask: number;
}

function bit(column: number, kind: number): ClassBit {
  const place = (column % COLUMNS_A_WORD) * CLASS_BITS + kind;
  return { word: column < COLUMNS_A_WORD ? 0 : 1, mask: 1 << place };
}

function words(bits: readonly ClassBit[]): readonly [number, number] {
  const all = (word: number): number =>
    bits.reduce((sum, each) => (each.word === word ? sum | each.mask : sum), 0);
  return [all(0), all(1)];
}
