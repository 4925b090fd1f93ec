import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { Ajv, type ErrorObject, type Options, type SchemaObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats, { type FormatsPlugin } from "ajv-formats";

import { messageOf } from "../../../core/errors.ts";
import { cutEvidence } from "../../evidence.ts";
import type { Breach, DocumentRule } from "./types.ts";

/** Faults of one document that are told. */
const FAULTS_MAX = 20;

/** What is misspelt is refused, never passed over; how a schema is best written is no matter here. */
const OPTIONS: Options = {
  allErrors: true,
  strict: true,
  strictRequired: false,
  strictTuples: false,
  strictTypes: false,
};

/** A rule, or why a schema gives none. */
export type SchemaRule = { readonly rule: DocumentRule } | { readonly trouble: string };

/** What this thread has compiled, by the text of the schema: compiling takes some 50 ms. */
const compiled = new Map<string, SchemaRule>();

/** The JSON Schema in a file as a rule: draft 7 where it says so, else 2020-12. */
export function schemaRule(path: string): SchemaRule {
  try {
    const text = readFileSync(path, "utf8");
    const name = `${path}\n${text}`;
    const known = compiled.get(name) ?? makeRule(path);
    // What lies in other files may change without it.
    if (referencesIn(JSON.parse(text)).length === 0) compiled.set(name, known);
    return known;
  } catch (error) {
    return { trouble: `${path}: ${messageOf(error)}` };
  }
}

function makeRule(path: string): SchemaRule {
  try {
    const schema = readSchema(path);
    const validate = compile(schema, path);
    return { rule: (document) => (validate(document) ? [] : breaches(validate.errors ?? [])) };
  } catch (error) {
    return { trouble: `${path}: ${messageOf(error)}` };
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

function breaches(errors: readonly ErrorObject[]): readonly Breach[] {
  return errors.slice(0, FAULTS_MAX).map((error) => ({
    code: "documents.schema",
    title: "A document is not as its schema demands",
    severity: "medium",
    pointer: error.instancePath,
    description: `${error.instancePath === "" ? "the document" : error.instancePath} ${sentence(error)}`,
    evidence: cutEvidence(`${error.schemaPath}: ${JSON.stringify(error.params)}`),
  }));
}

function sentence({ keyword, message = "breaks the schema", params }: ErrorObject): string {
  const more = keyword === "enum" ? params["allowedValues"] : params["additionalProperty"];
  return more === undefined ? message : `${message}: ${JSON.stringify(more)}`;
}
