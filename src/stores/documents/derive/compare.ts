import type { Observation } from "../../../core/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../core/json.ts";
import { sameNumber } from "../../../receipts/decimals.ts";
import { cutEvidence } from "../../evidence.ts";
import { REPAIR } from "../findings.ts";
import type { Gathered } from "../survey/gather.ts";
import type { CollectionSpec, DerivingDocument } from "../survey/types.ts";
import { fieldOf, pointerOf, stepsTo } from "../values/field.ts";
import { compareValues } from "../values/order.ts";
import { derivedValue, textOf } from "./aggregate.ts";
import { parseDerivation, type Derivation } from "./expression.ts";

/** What a document says of a collection, and is not so. */
export interface DerivedDifference {
  readonly document: DerivingDocument;
  readonly spec: CollectionSpec;
  readonly derivation: Derivation;
  /** Steps from the document to the value. */
  readonly steps: readonly string[];
  /** Undefined where the document says nothing. */
  readonly said: Json | undefined;
  readonly value: Json;
}

/** What documents say of collections, and is not so, as it is told. */
export function compareDerived(
  specs: readonly CollectionSpec[],
  gathered: Gathered,
  blind: ReadonlySet<number>,
): readonly Observation[] {
  return derivedDifferences(specs, gathered, blind).map(observe);
}

/**
 * What documents say of collections, and is not so.
 *
 * @param blind places of collections that cannot be seen: nobody knows what is so of them.
 */
export function derivedDifferences(
  specs: readonly CollectionSpec[],
  gathered: Gathered,
  blind: ReadonlySet<number>,
): readonly DerivedDifference[] {
  return gathered.deriving.flatMap((document) => {
    const spec = specs[document.collection];
    return Object.entries(spec?.derive ?? {}).flatMap(([field, text]) => {
      const derivation = parseDerivation(text);
      if (spec === undefined || derivation === null) return [];
      const of = specs.findIndex(({ name }) => name === derivation.collection);
      const known = blind.has(of) ? null : knownOf(specs, gathered, of, derivation);
      return known === null ? [] : compareField({ document, spec, field, derivation }, known);
    });
  });
}

interface Known {
  readonly value: Json;
  /** Documents that could not be read, and may be why it is another. */
  readonly unread: number;
}

/** Null while nothing has been read. */
function knownOf(
  specs: readonly CollectionSpec[],
  { aggregates, unreadable }: Gathered,
  of: number,
  derivation: Derivation,
): Known | null {
  const same = JSON.stringify(derivation);
  const which = specs[of]?.derivations.findIndex((each) => JSON.stringify(each) === same) ?? -1;
  const aggregate = aggregates[of]?.[which];
  if (aggregate === undefined) return null;
  return { value: derivedValue(aggregate, derivation), unread: unreadable[of] ?? 0 };
}

interface Field {
  readonly document: DerivingDocument;
  readonly spec: CollectionSpec;
  readonly field: string;
  readonly derivation: Derivation;
}

function compareField(given: Field, { value, unread }: Known): readonly DerivedDifference[] {
  const { document, field, derivation } = given;
  const said = fieldOf(document.value, field);
  if (derivation.what === "count" && isJsonObject(value)) {
    return compareCounts(given, isJsonObject(said) ? said : {}, value, unread);
  }
  const isCount = derivation.what === "count" && typeof said === "number";
  const slack = isCount && typeof value === "number" && said >= value && said - value <= unread;
  if (isSame(said, value, derivation) || slack || (unread > 0 && !isCount)) return [];
  return [differenceOf(given, [], said, value)];
}

/** Every value that either of them counts; what could not be read may be any of them. */
function compareCounts(
  given: Field,
  said: JsonObject,
  counted: JsonObject,
  unread: number,
): readonly DerivedDifference[] {
  const values = [...new Set([...Object.keys(said), ...Object.keys(counted)])].toSorted();
  return values.flatMap((value) => {
    const claims = Object.hasOwn(said, value) ? said[value] : undefined;
    const there = Object.hasOwn(counted, value) ? (counted[value] ?? 0) : 0;
    if ((claims ?? 0) === there) return [];
    const isSlack = typeof claims === "number" && typeof there === "number" && claims > there;
    if (isSlack && claims - there <= unread) return [];
    return [differenceOf(given, [value], claims, there)];
  });
}

function isSame(said: Json | undefined, value: Json, { what }: Derivation): boolean {
  if (said === undefined || said === null) return value === null;
  if (what === "sum") return sameNumber(textOf(said), textOf(value));
  return said === value || (value !== null && compareValues(said, value) === 0);
}

function differenceOf(
  { document, spec, field, derivation }: Field,
  more: readonly string[],
  said: Json | undefined,
  value: Json,
): DerivedDifference {
  const steps = [...stepsTo(document.value, field), ...more];
  return { document, spec, derivation, steps, said, value };
}

function observe({
  document,
  spec,
  derivation,
  steps,
  said,
  value,
}: DerivedDifference): Observation {
  const name = steps.join(".");
  const claims = said === undefined ? "is not there" : `says ${JSON.stringify(said)}`;
  const { collection } = derivation;
  return {
    code: "documents.derived",
    title: "What a document says of others is not so",
    description: `${document.file}: ${name} ${claims}, but by ${collection} it is ${JSON.stringify(value)}`,
    severity: "medium",
    category: "metadata",
    location: {
      file: document.file,
      pointer: pointerOf(...document.steps, ...steps),
      table: spec.name,
    },
    evidence: cutEvidence(`${name}: ${JSON.stringify(said ?? null)}`),
    remedies: REPAIR,
  };
}
