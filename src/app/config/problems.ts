import type * as z from "zod";

import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { ConfigProblem } from "../types.ts";
import { nearest } from "../../core/nearest.ts";
import type { KeyPath, ParsedConfig } from "./parse.ts";

type Issue = z.core.$ZodIssue;

/** What the schema knows: all key names, and all drivers. */
export interface Vocabulary {
  /** The keys that may stand in the map at `path`. */
  keysAt(path: KeyPath): readonly string[];
  readonly drivers: readonly string[];
}

/** Says a mismatch with the schema in words of the file: line, key, and what to write instead. */
export function schemaProblems(
  issues: readonly Issue[],
  parsed: ParsedConfig,
  vocabulary: Vocabulary,
): readonly ConfigProblem[] {
  return issues.flatMap(innermost).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [single(issue, parsed, vocabulary)];
    return issue.keys.map((key) => unknownKey([...issue.path, key], parsed, vocabulary));
  });
}

/** Of a value that may have several shapes and has one of them: what is wrong inside that one. */
function innermost(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union" || issue.discriminator !== undefined) return [issue];
  const [shape, ...others] = issue.errors.filter((errors) => !errors.some(isOfAnotherShape));
  if (shape === undefined || others.length > 0) return [issue];
  return shape
    .map((each) => ({ ...each, path: [...issue.path, ...each.path] }))
    .flatMap((each) => innermost(each));
}

function isOfAnotherShape({ code, path }: Issue): boolean {
  return code === "invalid_type" && path.length === 0;
}

/** A problem at a key of the file. */
export function problemAt(parsed: ParsedConfig, path: KeyPath, message: string): ConfigProblem {
  return { ...parsed.locate(path), key: path.map(String).join("."), message };
}

/** Top to bottom, as a person reads the file. */
export function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.col ?? 0) - (b.col ?? 0));
}

function single(issue: Issue, parsed: ParsedConfig, vocabulary: Vocabulary): ConfigProblem {
  if (issue.code === "invalid_union" && issue.discriminator !== undefined)
    return unknownDriver(issue.path, parsed, vocabulary);
  return problemAt(parsed, issue.path, sentence(issue, valueAt(parsed.tree, issue.path)));
}

function unknownKey(path: KeyPath, parsed: ParsedConfig, vocabulary: Vocabulary): ConfigProblem {
  const keys = vocabulary.keysAt(path.slice(0, -1));
  const near = nearest(String(path.at(-1)), keys);
  const help =
    near === null ? `known keys: ${keys.toSorted().join(", ")}` : `did you mean "${near}"?`;
  return problemAt(parsed, path, `is not a known key; ${help}`);
}

function unknownDriver(path: KeyPath, parsed: ParsedConfig, vocabulary: Vocabulary): ConfigProblem {
  const store = valueAt(parsed.tree, path.at(-1) === "driver" ? path.slice(0, -1) : path);
  const list = vocabulary.drivers.join(", ");
  const driver = isJsonObject(store) ? store["driver"] : undefined;
  if (driver === undefined) return problemAt(parsed, path, `names no driver; drivers: ${list}`);
  const near = typeof driver === "string" ? nearest(driver, vocabulary.drivers) : null;
  const help = near === null ? `drivers: ${list}` : `did you mean "${near}"?`;
  const name = typeof driver === "string" ? `"${driver}"` : "that";
  return problemAt(parsed, path, `has no driver ${name}; ${help}`);
}

/** Never shows the value itself: it may have come from a variable. */
function sentence(issue: Issue, value: Json | undefined): string {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others say it well enough
  switch (issue.code) {
    case "invalid_union":
      if (value === undefined) return "is missing";
      return shapesOf(issue, value);
    case "invalid_type":
      if (value === undefined) return "is missing";
      return `must be ${withArticle(issue.expected)}, not ${kindOf(value)}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
      return `must be at most ${issue.maximum}`;
    case "invalid_value":
      if (!issue.message.startsWith("Invalid ")) return issue.message; // the schema's own words
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "is not a name that can stand here";
    default:
      return issue.message;
  }
}

/** Of a value that may have several shapes, and has none of them. */
function shapesOf(issue: Extract<Issue, { code: "invalid_union" }>, value: Json): string {
  const all = issue.errors.flat().filter(isOfAnotherShape);
  const expected = all.flatMap((each) =>
    each.code === "invalid_type" ? withArticle(each.expected) : [],
  );
  if (expected.length === 0 || issue.message !== "Invalid input") return issue.message;
  return `must be ${[...new Set(expected)].join(" or ")}, not ${kindOf(value)}`;
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "a map",
  record: "a map",
  array: "a list",
};

function withArticle(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

function kindOf(value: Json): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a fraction";
  if (typeof value === "boolean") return "true or false";
  return typeof value === "string" ? "a text" : "a map";
}

function valueAt(tree: JsonObject, path: KeyPath): Json | undefined {
  let at: Json | undefined = tree;
  for (const name of path) {
    if (Array.isArray(at)) at = at[Number(name)] as Json | undefined;
    else at = isJsonObject(at) && Object.hasOwn(at, name) ? at[String(name)] : undefined;
  }
  return at;
}
