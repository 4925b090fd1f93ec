import { isJsonObject, type Json } from "../core/json.ts";
import { duration, moment } from "../core/text.ts";
import { plainWord } from "./words.ts";

/** One fact of a nested object, under its whole name in words. */
export interface Leaf {
  readonly name: string;
  readonly value: string;
}

/** The facts of a nested object, in its order: `{ recoveryMs: { median: 5 } }` is one. */
export function leavesOf(value: Json, path: readonly string[] = []): readonly Leaf[] {
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]));
  }
  const isMs = typeof value === "number" && path.some((name) => name.endsWith("Ms"));
  const name = path.map((part) => spaced(part.replace(/Ms$/, ""))).join(", ");
  return [{ name, value: isMs ? duration(value) : factText(value) }];
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*Z$/;

function factText(value: Json): string {
  if (value === null) return "–";
  if (typeof value !== "string") return JSON.stringify(value);
  return TIME.test(value) ? moment(value) : value;
}

/** A string member of an object of which only the names are known; else a dash. */
export function wordOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "–";
}

/** Lists and objects of an incident stand in the timeline; its own facts stand here. */
export function ownFacts(incident: { readonly [name: string]: Json }): readonly Leaf[] {
  const facts = Object.entries(incident).filter(
    ([, value]) => value !== null && typeof value !== "object",
  );
  return leavesOf(Object.fromEntries(facts));
}

/** `openedAt` as `opened at` */
function spaced(name: string): string {
  return plainWord(name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}
