import { canonicalJson, type Json } from "../core/json.ts";
import { sameNumber } from "./decimals.ts";

/** Strings (with a colon after them: names of members) and numbers of a valid JSON text. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d[-+.\deE]*/g;
const DEPTH_MAX = 512;

/** RFC 8785's spelling of a JSON text that loses nothing by it, or why it would. */
export function exactJson(text: string): { readonly text: string } | string {
  const value = parse(text);
  if (value === undefined) return "is not JSON";
  let names = 0;
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (colon !== undefined) names++;
    else if (!token.startsWith('"') && !sameNumber(token, String(Number(token))))
      return `holds a number that loses precision: ${token.slice(0, 40)}`;
  }
  const walked = walk(value, 0);
  if (typeof walked === "string") return walked;
  if (walked !== names) return "names a member twice";
  return { text: canonicalJson(value) };
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** How many members there are in all, or why the value has no canonical form. */
function walk(value: Json, depth: number): number | string {
  if (depth > DEPTH_MAX) return `is nested more than ${DEPTH_MAX} deep`;
  if (typeof value === "string") return value.isWellFormed() ? 0 : "holds half a character";
  if (typeof value !== "object" || value === null) return 0;

  const names = Array.isArray(value) ? [] : Object.keys(value);
  if (!names.every((name) => name.isWellFormed())) return "holds half a character";
  let members = names.length;
  for (const member of Object.values<Json>(value)) {
    const inner = walk(member, depth + 1);
    if (typeof inner === "string") return inner;
    members += inner;
  }
  return members;
}
