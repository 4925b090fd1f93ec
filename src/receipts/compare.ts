import { definitionChanges } from "./definition-changes.ts";
import type { CollectionSeal, Receipt, ReferenceSeal, SchemaElement } from "./types.ts";

/** A collection whose content differs; null where it does not exist. */
export interface CollectionDifference {
  readonly name: string;
  readonly expected: CollectionSeal | null;
  readonly actual: CollectionSeal | null;
}

/** An element of the catalogue that is missing (expected but not there), extra or changed. */
export interface SchemaDifference {
  readonly kind: string;
  readonly name: string;
  readonly change: "missing" | "extra" | "changed";
  /** What changed, a sentence each: `column price: type REAL -> TEXT`. */
  readonly details: readonly string[];
}

/** A reference whose number of orphans differs. `undefined` where it is not declared. */
export interface ReferenceDifference {
  readonly from: string;
  readonly to: string;
  readonly expected: number | null | undefined;
  readonly actual: number | null | undefined;
}

/** Two receipts compared. */
export interface ReceiptDifferences {
  /** The digests are equal: everything that is compared is. */
  readonly equal: boolean;
  readonly collections: readonly CollectionDifference[];
  readonly schema: readonly SchemaDifference[];
  readonly references: readonly ReferenceDifference[];
}

/** Compares what was expected with what is there. Lists are empty exactly when `equal`. */
export function compareReceipts(expected: Receipt, actual: Receipt): ReceiptDifferences {
  return {
    equal: expected.digest === actual.digest,
    collections: collectionDifferences(expected.collections, actual.collections),
    schema: schemaDifferences(expected.schema.elements, actual.schema.elements),
    references: referenceDifferences(expected.references, actual.references),
  };
}

type Collections = Receipt["collections"];

function collectionDifferences(before: Collections, after: Collections): CollectionDifference[] {
  return pairs(Object.entries(before), Object.entries(after), ([name]) => name)
    .map(([left, right]) => ({
      name: (left ?? right)?.[0] ?? "",
      expected: left?.[1] ?? null,
      actual: right?.[1] ?? null,
    }))
    .filter(({ expected, actual }) => expected?.digest !== actual?.digest);
}

/** The elements of two catalogues that differ, in the order of kind and name. */
export function schemaDifferences(
  before: readonly SchemaElement[],
  after: readonly SchemaElement[],
): SchemaDifference[] {
  return pairs(before, after, elementKey).flatMap(([left, right]): SchemaDifference[] => {
    if (left === undefined)
      return right ? [{ kind: right.kind, name: right.name, change: "extra", details: [] }] : [];
    const { kind, name } = left;
    if (right === undefined) return [{ kind, name, change: "missing", details: [] }];
    if (left.digest === right.digest) return [];
    const details = definitionChanges(left.definition, right.definition);
    return [{ kind, name, change: "changed", details }];
  });
}

function elementKey({ kind, name }: SchemaElement): string {
  return JSON.stringify([kind, name]);
}

function referenceDifferences(
  before: readonly ReferenceSeal[],
  after: readonly ReferenceSeal[],
): ReferenceDifference[] {
  // The same reference may be declared twice: each declaration stands for itself.
  return pairs(numbered(before), numbered(after), ([key]) => key)
    .map(([left, right]) => ({
      from: (left ?? right)?.[1].from ?? "",
      to: (left ?? right)?.[1].to ?? "",
      expected: left?.[1].orphans,
      actual: right?.[1].orphans,
    }))
    .filter(({ expected: left, actual: right }) => left !== right);
}

function numbered(references: readonly ReferenceSeal[]): [string, ReferenceSeal][] {
  const seen = new Map<string, number>();
  return references.map((reference) => {
    const name = JSON.stringify([reference.from, reference.to]);
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    return [`${name} ${number}`, reference];
  });
}

/** Items of both lists side by side by their key, in the order of keys. */
function pairs<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): [T | undefined, T | undefined][] {
  const left = new Map(before.map((item) => [keyOf(item), item]));
  const right = new Map(after.map((item) => [keyOf(item), item]));
  const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
  return keys.map((key) => [left.get(key), right.get(key)]);
}
