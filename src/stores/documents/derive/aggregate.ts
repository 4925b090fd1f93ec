import type { Json } from "../../../core/json.ts";
import { formatDecimal, parseDecimal } from "../../../receipts/decimals.ts";
import { fieldOf, hasValue } from "../values/field.ts";
import { compareValues } from "../values/order.ts";
import type { Derivation } from "./expression.ts";

/** An exact sum: `units * 10^-scale`. */
interface Sum {
  readonly units: bigint;
  readonly scale: number;
}

/** What a derivation has come to, over some documents of its collection. */
export interface Aggregate {
  readonly documents: number;
  /** Documents by the value of a field, as text; bounded. */
  readonly byValue: ReadonlyMap<string, number>;
  /** The smallest or largest value. */
  readonly extreme: Json;
  readonly sum: Sum;
}

const VALUES_MAX = 10_000;
const SCALE_MAX = 100;
const ZERO: Sum = { units: 0n, scale: 0 };

/** Takes the documents of a collection, one at a time. */
export class Aggregator {
  readonly #derivation: Derivation;
  #documents = 0;
  readonly #byValue = new Map<string, number>();
  #extreme: Json = null;
  #sum = ZERO;

  constructor(derivation: Derivation) {
    this.#derivation = derivation;
  }

  add(document: Json): void {
    this.#documents++;
    const { what, fields } = this.#derivation;
    for (const field of fields) {
      const value = fieldOf(document, field);
      if (!hasValue(value)) continue;
      if (what === "count") countValue(this.#byValue, textOf(value), 1);
      else if (what === "sum") this.#sum = add(this.#sum, sumOf(value));
      else this.#extreme = further(this.#extreme, value, what);
    }
  }

  /** What it has come to so far. */
  result(): Aggregate {
    const [documents, byValue] = [this.#documents, this.#byValue];
    return { documents, byValue, extreme: this.#extreme, sum: this.#sum };
  }
}

/** Both parts of a collection taken together. */
export function merged(a: Aggregate, b: Aggregate, { what }: Derivation): Aggregate {
  const byValue = new Map(a.byValue);
  for (const [value, count] of b.byValue) countValue(byValue, value, count);
  return {
    documents: a.documents + b.documents,
    byValue,
    extreme: b.extreme === null ? a.extreme : further(a.extreme, b.extreme, what),
    sum: add(a.sum, b.sum),
  };
}

/** What a metadata document should say: a number, an object of counts, a value, digits of a sum. */
export function derivedValue(
  { documents, byValue, extreme, sum }: Aggregate,
  { what, fields }: Derivation,
): Json {
  if (what === "count") return fields.length === 0 ? documents : Object.fromEntries(byValue);
  return what === "sum" ? decimalOf(sum) : extreme;
}

/** How a value counts under `count(c, field)`: texts as they are, others as JSON. */
export function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function countValue(counts: Map<string, number>, value: string, more: number): void {
  const before = counts.get(value);
  if (before !== undefined || counts.size < VALUES_MAX) counts.set(value, (before ?? 0) + more);
}

function further(a: Json, b: Json, what: Derivation["what"]): Json {
  if (a === null) return b;
  const order = compareValues(a, b);
  if (order === null || order === 0) return a;
  return order < 0 === (what === "max") ? b : a;
}

/** Numbers, and texts that spell one, as amounts often do. */
function sumOf(value: Json): Sum {
  if (typeof value !== "number" && typeof value !== "string") return ZERO;
  const decimal = parseDecimal(String(value));
  const scale = decimal === null ? 0 : Math.max(0, -decimal.exponent);
  if (decimal === null || scale > SCALE_MAX) return ZERO;
  const digits = formatDecimal(decimal, scale) ?? "0";
  return { units: BigInt(digits.replace(".", "")), scale };
}

function add(a: Sum, b: Sum): Sum {
  const scale = Math.max(a.scale, b.scale);
  return { units: scaled(a, scale) + scaled(b, scale), scale };
}

function scaled({ units, scale }: Sum, to: number): bigint {
  return units * 10n ** BigInt(to - scale);
}

function decimalOf({ units, scale }: Sum): string {
  const decimal = parseDecimal(`${units}e${-scale}`);
  return (decimal === null ? null : formatDecimal(decimal, scale)) ?? String(units);
}
