import { messageOf, SalvorError } from "../../core/errors.ts";
import { type ForgottenKey, parseForget } from "../../checks/forget.ts";
import {
  describeLine,
  type LineProblem,
  linesInvalid,
  parseRules,
  type Rule,
} from "../../checks/rule-file.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import type { ProjectionConfig } from "../../projections/types.ts";
import type { ConfigProblem } from "../types.ts";
import type { CheckedConfig } from "./check.ts";
import { decodeUtf8, type KeyPath } from "./parse.ts";
import { readTrustedPart } from "./trust.ts";
import type { StoreConfig } from "./types.ts";

/** Rules are written by a person. */
const RULES_BYTES_MAX = 1_000_000;

/** So is the code of a projection. */
const MODULE_BYTES_MAX = 1_000_000;

/** A million erased rows. */
const FORGET_BYTES_MAX = 100_000_000;

/**
 * The owner's rules of a store, in the order of its files.
 *
 * @throws {SalvorError} CONFIG_INVALID with file and line; CONFIG_UNTRUSTED; NOT_FOUND.
 */
export async function loadRules({
  rules: files,
}: Pick<StoreConfig, "rules">): Promise<readonly Rule[]> {
  const texts = [];
  for (const file of files) texts.push({ file, text: await readText(file, RULES_BYTES_MAX) });
  const { rules, problems } = parseRules(texts);
  if (problems.length > 0) throw linesInvalid(problems);
  return rules;
}

/**
 * The keys of a store's rows that never come back.
 *
 * @throws {SalvorError} as `loadRules`.
 */
export async function loadForgotten({
  forget: file,
}: Pick<StoreConfig, "forget">): Promise<readonly ForgottenKey[]> {
  if (file === null) return [];
  const { keys, problems } = parseForget(file, await readText(file, FORGET_BYTES_MAX));
  if (problems.length > 0) throw linesInvalid(problems);
  return keys;
}

/**
 * Refuses the code of a projection that others can write: it is held to what a configuration is.
 *
 * @throws {SalvorError} as `loadRules`.
 */
export async function refuseUntrustedModule({ form }: ProjectionConfig): Promise<void> {
  if (form.kind === "code") await readText(form.module, MODULE_BYTES_MAX);
}

/** What is wrong with the files that a configuration names, each at the key that names it. */
export async function partProblems({
  config,
  problemAt,
}: CheckedConfig): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const { name, driver, rules, forget, options } of config?.stores ?? []) {
    const told = async (key: string, work: Promise<readonly string[]>): Promise<void> => {
      const path: KeyPath = ["stores", name, key];
      problems.push(...(await work).map((message) => problemAt(path, message)));
    };
    await told("forget", forgetProblems(forget));
    await told("rules", ruleProblems(rules));
    if (driver === "event-log") await told("schemas", schemaProblems(options["schemas"]));
    if (driver === "documents")
      for (const [path, message] of await collectionProblems(options["collections"]))
        problems.push(problemAt(["stores", name, "collections", ...path], message));
  }
  for (const { name, form } of config?.projections ?? []) {
    if (form.kind !== "code") continue;
    const read = await readable(form.module, MODULE_BYTES_MAX);
    const path = ["projections", name, "module"];
    if ("problem" in read) problems.push(problemAt(path, read.problem));
  }
  return problems;
}

async function forgetProblems(file: string | null): Promise<readonly string[]> {
  if (file === null) return [];
  const read = await readable(file, FORGET_BYTES_MAX);
  if ("problem" in read) return [read.problem];
  return sentences(parseForget(file, read.text).problems);
}

/** The schemas of events, by type. */
async function schemaProblems(schemas: Json = {}): Promise<readonly string[]> {
  const files = Object.entries(isJsonObject(schemas) ? schemas : {});
  if (files.length === 0) return [];
  const { jsonSchemaCheck } = await import("../../stores/json-schema.ts"); // slow to load
  return files.flatMap(([type, file]) => {
    const check = jsonSchemaCheck(typeof file === "string" ? file : "");
    return typeof check === "string" ? [`names one of ${type} that cannot be used: ${check}`] : [];
  });
}

/** The schemas of collections of documents, each at its own key. */
async function collectionProblems(
  collections: Json = {},
): Promise<readonly (readonly [path: KeyPath, message: string])[]> {
  const schemas = Object.entries(isJsonObject(collections) ? collections : {}).flatMap(
    ([name, given]) => {
      const schema = isJsonObject(given) ? given["schema"] : undefined;
      return typeof schema === "string" ? [{ name, schema }] : [];
    },
  );
  if (schemas.length === 0) return [];
  const { jsonSchemaCheck } = await import("../../stores/json-schema.ts"); // slow to load
  return schemas.flatMap(({ name, schema }) => {
    const check = jsonSchemaCheck(schema);
    if (typeof check !== "string") return [];
    return [[[name, "schema"], `names one that cannot be used: ${check}`] as const];
  });
}

async function ruleProblems(files: readonly string[]): Promise<readonly string[]> {
  const texts = [];
  const problems = [];
  for (const file of files) {
    const read = await readable(file, RULES_BYTES_MAX);
    if ("problem" in read) problems.push(read.problem);
    else texts.push({ file, text: read.text });
  }
  return [...problems, ...sentences(parseRules(texts).problems)];
}

function sentences(problems: readonly LineProblem[]): readonly string[] {
  return problems.map((each) => `names ${describeLine(each)}`);
}

async function readable(
  file: string,
  bytesMax: number,
): Promise<{ readonly text: string } | { readonly problem: string }> {
  try {
    return { text: await readText(file, bytesMax) };
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    return { problem: `names a file that cannot be used: ${messageOf(error)}` };
  }
}

async function readText(file: string, bytesMax: number): Promise<string> {
  const bytes = await readTrustedPart(file, bytesMax + 1);
  if (bytes.length > bytesMax) {
    throw linesInvalid([{ file, line: 1, message: `the file is larger than ${bytesMax} bytes` }]);
  }
  const text = decodeUtf8(bytes);
  if (typeof text === "string") return text;
  throw linesInvalid([{ file, line: text, message: "is not UTF-8 from here on" }]);
}
