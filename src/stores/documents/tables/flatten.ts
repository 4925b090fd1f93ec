import { integerOf } from "../values/key.ts";
import { canonicalExact, ExactNumber, type ExactJson } from "../values/exact.ts";

/** A value as a column of SQLite holds it. */
export type Cell = null | number | bigint | string;

/** A column's value, and the fields that lead to it. */
export interface FlatField {
  readonly steps: readonly string[];
  readonly cell: Cell;
}

const DEPTH_MAX = 8;

/** The fields of a document, those of objects in it too; lists and what is too deep as JSON text. */
export function* flatten(document: ExactJson, steps: readonly string[] = []): Generator<FlatField> {
  if (!isObject(document)) return;
  for (const [name, value] of Object.entries(document)) {
    const inner = [...steps, name];
    if (isObject(value) && inner.length < DEPTH_MAX && Object.keys(value).length > 0)
      yield* flatten(value, inner);
    else yield { steps: inner, cell: cellOf(value) };
  }
}

/** Nothing is rounded: what neither an integer of 64 bits nor a double holds stays text. */
function cellOf(value: ExactJson): Cell {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return integerOf(value) ?? value;
  if (!(value instanceof ExactNumber)) return canonicalExact(value);
  const integer = /^-?\d{1,19}$/.test(value.text) ? BigInt(value.text) : null;
  return integer !== null && BigInt.asIntN(64, integer) === integer ? integer : value.text;
}

function isObject(value: ExactJson): value is { readonly [name: string]: ExactJson } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}
