import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Environment } from "../types.ts";
import type { KeyPath } from "./parse.ts";

/** A variable that a value asks for and nobody set. */
export interface ExpansionProblem {
  readonly path: KeyPath;
  readonly message: string;
}

/** `$${` is a literal `${`; the last alternative catches what was meant to be a variable. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{[^}]*\}?/g;

const BROKEN = "has ${ without a NAME} behind it; a literal ${ is written $${";

/** Puts variables into the string values of a tree; keys and other values stay as they are. */
export function expandVariables(
  tree: JsonObject,
  env: Environment,
): { readonly tree: JsonObject; readonly problems: readonly ExpansionProblem[] } {
  const problems: ExpansionProblem[] = [];
  const expanded = expandObject(tree, [], env, problems);
  return { tree: expanded, problems };
}

function expandObject(
  object: JsonObject,
  path: KeyPath,
  env: Environment,
  problems: ExpansionProblem[],
): JsonObject {
  const entries = Object.entries(object);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, expandValue(value, [...path, key], env, problems)]),
  );
}

function expandValue(
  value: Json,
  path: KeyPath,
  env: Environment,
  problems: ExpansionProblem[],
): Json {
  if (typeof value === "string") return expandText(value, path, env, problems);
  if (isJsonObject(value)) return expandObject(value, path, env, problems);
  if (!Array.isArray(value)) return value;
  return value.map((each: Json, index) => expandValue(each, [...path, index], env, problems));
}

function expandText(
  text: string,
  path: KeyPath,
  env: Environment,
  problems: ExpansionProblem[],
): string {
  return text.replaceAll(VARIABLE, (found: string, name: string | undefined) => {
    if (found === "$${") return "${";
    if (name === undefined) {
      problems.push({ path, message: BROKEN });
      return "";
    }
    const value = env[name];
    if (value === undefined)
      problems.push({ path, message: `needs the variable ${name}, which is not set` });
    return value ?? "";
  });
}
