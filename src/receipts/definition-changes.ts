import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../core/json.ts";

/**
 * What differs between two definitions of one element, a sentence each, such as
 * `column price: type REAL -> TEXT`. Members of lists are matched by their `name`, where they have
 * one, and by their place otherwise.
 */
export function definitionChanges(before: JsonObject, after: JsonObject): string[] {
  return changes("", before, after);
}

function changes(place: string, before: Json | undefined, after: Json | undefined): string[] {
  if (isEqual(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) return memberChanges(place, before, after);
  if (isNamedList(before) && isNamedList(after)) return listChanges(place, before, after);
  if (isObjectList(before) && isObjectList(after)) return itemChanges(place, before, after);
  return [`${place} ${show(before)} -> ${show(after)}`.trim()];
}

function memberChanges(place: string, before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const prefix = place === "" ? "" : place.includes(":") ? `${place} ` : `${place}: `;
  return [...names].flatMap((name) =>
    changes(`${prefix}${name}`, own(before, name), own(after, name)),
  );
}

type ObjectList = readonly JsonObject[];
type NamedList = readonly (JsonObject & { readonly name: string })[];

function listChanges(place: string, before: NamedList, after: NamedList): string[] {
  const [old, now] = [byName(before), byName(after)];
  const label = singular(place);
  const lines = [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [left, right] = [old.get(name), now.get(name)];
    if (left === undefined) return [`${label} ${name}: extra`];
    if (right === undefined) return [`${label} ${name}: missing`];
    return changes(`${label} ${name}`, left, right);
  });
  if (lines.length > 0) return lines;
  const order = (list: NamedList) => list.map(({ name }) => name).join(", ");
  return [`order of ${place}: ${order(before)} -> ${order(after)}`];
}

/** Members without names are told apart by all that they are. */
function itemChanges(place: string, before: ObjectList, after: ObjectList): string[] {
  const [old, now] = [before.map(canonicalJson), after.map(canonicalJson)];
  const label = singular(place);
  const lines = [
    ...without(old, now).map((item) => `${label} missing: ${item}`),
    ...without(now, old).map((item) => `${label} extra: ${item}`),
  ];
  if (lines.length > 0) return lines;
  return [`order of ${place}: ${old.join(", ")} -> ${now.join(", ")}`];
}

/** The items of a list that another lacks, as often as it lacks them. */
function without(items: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return items.filter((item) => {
    const found = left.indexOf(item);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
}

function byName(list: NamedList): Map<string, JsonObject> {
  return new Map(list.map((item) => [item.name, item]));
}

/** A list whose members all have names, each its own. */
function isNamedList(value: Json | undefined): value is NamedList {
  if (!Array.isArray(value)) return false;
  const list: readonly Json[] = value;
  const names = list.map((item) => (isJsonObject(item) ? item["name"] : null));
  return names.every((name) => typeof name === "string") && new Set(names).size === names.length;
}

function isObjectList(value: Json | undefined): value is ObjectList {
  return Array.isArray(value) && (value as readonly Json[]).every(isJsonObject);
}

function singular(place: string): string {
  return place.replace(/(x|ch|sh)es$/, "$1").replace(/([^s])s$/, "$1");
}

function isEqual(before: Json | undefined, after: Json | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return canonicalJson(before) === canonicalJson(after);
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function show(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" && value !== "" ? value : canonicalJson(value);
}
