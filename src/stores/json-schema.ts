import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { Ajv, type ErrorObject, type Options, type SchemaObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats, { type FormatsPlugin } from "ajv-formats";

import { messageOf, systemCode } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

/** What a value does against a schema. */
export interface SchemaBreach {
  /** JSON pointer within the value. */
  readonly pointer: string;
  /** What it must be, as the end of a sentence. */
  readonly sentence: string;
  /** The keyword of the schema, and what it was given. */
  readonly evidence: string;
}

/** Holds a value against a schema: the first breaches, or none. */
export type JsonSchemaCheck = (value: Json) => readonly SchemaBreach[];

/** Faults of one value that are told. */
const FAULTS_MAX = 20;

/** What is misspelt is refused, never passed over; how a schema is best written is no matter here. */
const OPTIONS: Options = {
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTuples: false,
  strictTypes: false,
};

/** What this thread has compiled, by the text of the schema: compiling takes some 50 ms. */
const compiled = new Map<string, JsonSchemaCheck | string>();

/** The JSON Schema in a file: draft 7 where it says so, else 2020-12; or why it cannot be used. */
export function jsonSchemaCheck(path: string): JsonSchemaCheck | string {
  try {
    const text = readFileSync(path, "utf8");
    const name = `${path}\n${text}`;
    const known = compiled.get(name) ?? makeCheck(path);
    // What lies in other files may change without it.
    if (referencesIn(JSON.parse(text)).length === 0) compiled.set(name, known);
    return known;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return `${path} does not exist`;
    return `${path}: ${messageOf(error)}`;
  }
}

function makeCheck(path: string): JsonSchemaCheck | string {
  try {
    const validate = compile(readSchema(path), path);
    return (value) => (validate(value) ? [] : breaches(validate.errors ?? []));
  } catch (error) {
    return `${path}: ${messageOf(error)}`;
  }
}
function readSchema(path: string): SchemaObject {
  return JSON.parse(readFileSync(path, "utf8")) as SchemaObject;
}

/** Other schemas that it names by a relative path lie beside it; nothing comes over the network. */
function compile(schema: SchemaObject, path: string): ValidateFunction {
  const isSeven = /draft-0?7/.test(schema["$schema"] ?? "");
  const ajv = isSeven ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  (addFormats as unknown as FormatsPlugin)(ajv);
  ajv.addVocabulary([...new Set(["example", ...ownKeywords(schema)])]);
  addNeighbours(ajv, schema, path, new Set([path]));
  return ajv.compile(schema);
}

/** What other tools have written into a schema for themselves. */
function ownKeywords(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) =>
    name.startsWith("x-") ? [name] : ownKeywords(value),
  );
}

function addNeighbours(ajv: Ajv | Ajv2020, schema: unknown, path: string, seen: Set<string>): void {
  for (const name of referencesIn(schema)) {
    const file = resolve(dirname(path), name);
    if (seen.has(file)) continue;
    seen.add(file);
    const neighbour = readSchema(file);
    ajv.addSchema(neighbour, name);
    addNeighbours(ajv, neighbour, file, seen);
  }
}

/** File names that a schema refers to. */
function referencesIn(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([name, value]) => {
    if (name !== "$ref" || typeof value !== "string") return referencesIn(value);
    const [file = ""] = value.split("#");
    return file === "" || file.includes(":") ? [] : [file];
  });
}

function breaches(errors: readonly ErrorObject[]): readonly SchemaBreach[] {
  return errors.slice(0, FAULTS_MAX).map((error) => ({
    pointer: error.instancePath,
    sentence: sentence(error),
    evidence: `${error.schemaPath}: ${JSON.stringify(error.params)}`,
  }));
}

function sentence({ keyword, message = "breaks the schema", params }: ErrorObject): string {
  const more = keyword === "enum" ? params["allowedValues"] : params["additionalProperty"];
  return more === undefined ? message : `${message}: ${JSON.stringify(more)}`;
}
