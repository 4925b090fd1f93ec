import { writeKey, writeRecord } from "./canonical.ts";
import { logicalTypeOf, parseLogicalType, type LogicalType } from "./logical-types.ts";
import { toPortable } from "./logical-values.ts";
import type { TextEncoding } from "./show.ts";
import type { Entry, Value } from "./types.ts";

/** A column as a driver knows it. */
export interface SourceColumn {
  readonly name: string;
  /** As the schema declares it, empty when it does not. */
  readonly declared: string;
}

/** A column of a portable row. */
export interface PortableColumn {
  readonly name: string;
  /** Its place among the values that a driver gives. */
  readonly index: number;
  readonly type: LogicalType;
}

/** How one collection becomes portable. */
export interface PortableShape {
  readonly collection: string;
  /** In the order of their names' UTF-8 bytes. */
  readonly columns: readonly PortableColumn[];
  /** In the order of the key; empty when the collection has none. */
  readonly key: readonly PortableColumn[];
  readonly encoding: TextEncoding;
}

/** What a shape is made from. */
export interface ShapeInput {
  readonly collection: string;
  /** In the order of the values that a driver gives. */
  readonly columns: readonly SourceColumn[];
  /** Names of the columns of the exact key; empty when there is none. */
  readonly key: readonly string[];
  readonly encoding: TextEncoding;
  /** Logical types by `collection.column`, where the declared ones do not tell. */
  readonly types: Readonly<Record<string, string>>;
}

/** The shape of a collection. @throws SalvorError CONFIG_INVALID for a type that there is not. */
export function portableShape(input: ShapeInput): PortableShape {
  const columns = portableColumns(input);
  const key = input.key.flatMap((name) => columns.find((column) => column.name === name) ?? []);
  return { collection: input.collection, columns, key, encoding: input.encoding };
}

/** In the order of their names' UTF-8 bytes. */
function portableColumns({ collection, columns, types }: ShapeInput): PortableColumn[] {
  return columns
    .map(({ name, declared }, index) => {
      const place = `${collection}.${name}`;
      const given = Object.hasOwn(types, place) ? types[place] : undefined;
      const type = given === undefined ? logicalTypeOf(declared) : parseLogicalType(given);
      return { name, index, type };
    })
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
}

/**
 * The portable entry of a row. A value without an exact common form is taken as it is stored, and
 * named to `unlisted`: two stores that hold it differently then differ, and are never called equal.
 *
 * @param values of all columns, in the order of the shape's source.
 */
export function portableEntry(
  values: readonly Value[],
  shape: PortableShape,
  unlisted: UnlistedColumns,
): Entry {
  const common = (column: PortableColumn): Value => {
    const value = values[column.index] ?? { type: "null" };
    const portable = toPortable(value, column.type, shape.encoding);
    if (typeof portable !== "string") return portable;
    unlisted.add(shape.collection, column.name, portable);
    return value;
  };
  const forms = shape.columns.map(common);
  const row = writeRecord(forms);
  if (shape.key.length === 0) return { key: row, row: new Uint8Array(0) };
  const key = shape.key.flatMap((column) => forms[shape.columns.indexOf(column)] ?? []);
  return { key: writeKey(key), row };
}

/** Columns with values that have no exact common form: the first reason of each. */
export class UnlistedColumns {
  readonly #reasons = new Map<string, string>();

  add(collection: string, column: string, reason: string): void {
    const name = `${collection}.${column}`;
    if (!this.#reasons.has(name)) this.#reasons.set(name, reason);
  }

  /** As `collection.column: reason`, sorted. */
  list(): string[] {
    return [...this.#reasons].map(([name, reason]) => `${name}: ${reason}`).sort();
  }
}
