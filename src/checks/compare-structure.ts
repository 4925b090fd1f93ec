import type { Location, Observation } from "../core/finding.ts";
import { isJsonObject } from "../core/json.ts";
import { counted } from "../core/text.ts";
import { schemaDifferences, type SchemaDifference } from "../receipts/compare.ts";
import { expectationOf, type Expectations } from "../receipts/suspicion.ts";
import type { SchemaElement } from "../receipts/types.ts";
import { type Baseline, countOf, holderOf, internalCollections } from "./baseline.ts";
import { missingRequired } from "./compare-counts.ts";
import { observe } from "./observe.ts";
import type { Present } from "./present.ts";

/** How the shape of a store differs from what it should be. */
export interface StructureDifferences {
  /** Nothing is missing. */
  readonly ok: boolean;
  /** Collections by name; other elements with their kind: `index track_album`. */
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly observations: readonly Observation[];
}

/**
 * Is everything there, and the shape that it should have? For an audit. A table that vanished is a
 * finding unless its owner said that it may; what is new is worth a line. Without a baseline only
 * what is expected can be missing.
 */
export function compareStructure(
  last: Baseline | null,
  now: Present,
  expect: Expectations,
): StructureDifferences {
  const differences = [
    ...collectionDifferences(last, now, expect),
    ...(last === null || now.elements === null ? [] : elementDifferences(last, now, expect)),
  ];
  const named = (change: Difference["change"]): readonly string[] =>
    differences.flatMap((each) => (each.change === change ? [each.name] : []));
  const missing = named("missing");
  const replaced = last === null ? null : observeReplaced(last, now, expect);
  return {
    ok: missing.length === 0,
    missing,
    unexpected: named("extra"),
    observations: [
      ...(replaced === null ? [] : [replaced]),
      ...differences.map(({ observation }) => observation),
    ],
  };
}

interface Difference {
  readonly change: SchemaDifference["change"];
  readonly name: string;
  readonly observation: Observation;
}

function collectionDifferences(
  last: Baseline | null,
  now: Present,
  expect: Expectations,
): readonly Difference[] {
  if (now.collections === null) return [];
  const required = missingRequired(last, now.collections, expect);
  const vanished = last === null ? [] : vanishedCollections(last, now, expect);
  const added = last === null ? [] : newCollections(last, now);
  return [
    ...required.map(({ collection, observation }) => isMissing(collection, observation)),
    ...vanished.map((name) => isMissing(name, observeVanished(last, name))),
    ...added.map((name): Difference => {
      const location = { table: name };
      const observation = observe("collection.unexpected", `${name} was not there before`, {
        location,
      });
      return { change: "extra", name, observation };
    }),
  ];
}

function isMissing(name: string, observation: Observation): Difference {
  return { change: "missing", name, observation };
}

/** Those whose owner says nothing about whether they must be there. */
function vanishedCollections(
  last: Baseline,
  now: Present,
  expect: Expectations,
): readonly string[] {
  return goneCollections(last, now).filter(
    (name) => expectationOf(name, expect).present === undefined,
  );
}

function goneCollections(last: Baseline, now: Present): readonly string[] {
  const { collections } = now;
  if (collections === null) return [];
  return formerCollections(last, now).filter((name) => !Object.hasOwn(collections, name));
}

function formerCollections({ snapshot }: Baseline, { properties }: Present): readonly string[] {
  const skip = internalCollections(snapshot.receipt.recorded, properties);
  const before = Object.keys(snapshot.receipt.collections).toSorted();
  return before.filter((name) => !skip.has(name));
}

/**
 * Nothing of what was there is left: the store itself was emptied, or another stands in its place.
 * To put every table back into that one would mix two stores, and bring no view and no trigger.
 */
function observeReplaced(last: Baseline, now: Present, expect: Expectations): Observation | null {
  const gone = goneCollections(last, now);
  if (gone.length === 0 || gone.length < formerCollections(last, now).length) return null;
  if (gone.every((name) => expectationOf(name, expect).present === false)) return null;
  const hasOthers = newCollections(last, now).length > 0;
  // A single table that went while another came may have been renamed.
  if (hasOthers && gone.length === 1) return null;
  const rows = gone.reduce((sum, name) => sum + (countOf(last.snapshot.receipt, name) ?? 0), 0);
  const what = hasOthers ? "another store stands in its place" : "it was emptied";
  const left = `none of its ${counted(gone.length, "collection")} with ${counted(rows, "row")} is left`;
  return observe("store.replaced", `${left}: ${what}`, { location: {} });
}

function newCollections({ snapshot }: Baseline, { collections, properties }: Present): string[] {
  const skip = internalCollections(snapshot.receipt.recorded, properties);
  const names = Object.keys(collections ?? {}).toSorted();
  return names.filter((name) => !skip.has(name) && countOf(snapshot.receipt, name) === null);
}

function observeVanished(last: Baseline | null, name: string): Observation {
  const rows = last === null ? 0 : (countOf(last.snapshot.receipt, name) ?? 0);
  const holder = last === null ? "" : `; snapshot ${holderOf(last, name, rows)} has it`;
  const description = `${name} is gone: it had ${counted(rows, "row")}${holder}`;
  return observe("collection.vanished", description, { location: { table: name } });
}

/** Elements other than collections, and changed ones; what went with its table goes without saying. */
function elementDifferences(
  last: Baseline,
  now: Present,
  expect: Expectations,
): readonly Difference[] {
  const { receipt } = last.snapshot;
  const before = receipt.schema.elements;
  const gone = new Set(goneCollections(last, now));
  const told = new Set([
    ...Object.keys(receipt.collections),
    ...Object.keys(now.collections ?? {}),
  ]);
  const internal = internalCollections(receipt.recorded, now.properties);
  const elements = new Map([...(now.elements ?? []), ...before].map((each) => [keyOf(each), each]));
  return schemaDifferences(before, now.elements ?? []).flatMap((each) => {
    const element = elements.get(keyOf(each));
    const table = element === undefined ? null : tableOf(element);
    if (internal.has(each.name) || (table !== null && gone.has(table))) return [];
    if (each.change === "changed") return changedElement(each, before, now.elements ?? []);
    if (each.kind === "table" && told.has(each.name)) return [];
    if (expectationOf(each.name, expect).present === false) return [];
    return [movedElement(each, table)];
  });
}

/** A virtual table's rows lie in tables of its own: with it they cannot be read any more. */
function movedElement({ kind, name, change }: SchemaDifference, table: string | null): Difference {
  const where = table === null || table === name ? "" : ` of ${table}`;
  const location = placeOf(kind, name, table);
  const what = `${kind} ${name}`;
  if (change === "extra") {
    const description = `${what}${where} was not there before`;
    return {
      change,
      name: what,
      observation: observe("schema.unexpected", description, { location }),
    };
  }
  const severity = kind.includes("table") ? "high" : "medium";
  const observation = observe("schema.missing", `${what}${where} is gone`, { location, severity });
  return { change, name: what, observation };
}

function changedElement(
  { kind, name, details }: SchemaDifference,
  before: readonly SchemaElement[],
  now: readonly SchemaElement[],
): readonly Difference[] {
  const lost = kind === "table" ? lostColumns(name, before, now) : [];
  const rest = details.filter(
    (each) => !lost.some((column) => each === `column ${column}: missing`),
  );
  const columns = lost.map((column): Difference => {
    const description = `${name} has no column ${column} any more`;
    const observation = observe("schema.column-missing", description, {
      location: { table: name, column },
    });
    return { change: "missing", name: `column ${name}.${column}`, observation };
  });
  if (rest.length === 0) return columns;
  const description = `${kind} ${name} has changed: ${rest.join("; ")}`;
  const observation = observe("schema.changed", description, {
    location: placeOf(kind, name, null),
  });
  return [...columns, { change: "changed", name: `${kind} ${name}`, observation }];
}

function lostColumns(
  table: string,
  before: readonly SchemaElement[],
  now: readonly SchemaElement[],
): readonly string[] {
  const columns = (elements: readonly SchemaElement[]) =>
    columnsOf(elements.find(({ kind, name }) => kind === "table" && name === table));
  const left = new Set(columns(now));
  return columns(before).filter((name) => !left.has(name));
}

function columnsOf(element: SchemaElement | undefined): readonly string[] {
  const columns = element?.definition["columns"];
  if (!Array.isArray(columns)) return [];
  return columns.flatMap((each) =>
    isJsonObject(each) && typeof each["name"] === "string" ? [each["name"]] : [],
  );
}

function placeOf(kind: string, name: string, table: string | null): Location {
  if (kind === "table") return { table: name };
  const on = table === null || table === name ? {} : { table };
  return kind === "index" ? { ...on, index: name } : { ...on, pointer: `/${kind}/${name}` };
}

/** The table that an index or a trigger belongs to. */
function tableOf({ definition }: SchemaElement): string | null {
  const { table } = definition;
  return typeof table === "string" ? table : null;
}

function keyOf({ kind, name }: Pick<SchemaElement, "kind" | "name">): string {
  return JSON.stringify([kind, name]);
}
