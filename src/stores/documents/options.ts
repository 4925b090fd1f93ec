import * as z from "zod";

import { globPattern } from "../glob.ts";
import { parseDerivation } from "./derive/expression.ts";

const path = z.string().min(1).max(4096);
const field = z.string().min(1).max(256);
const glob = z
  .string()
  .min(1)
  .max(1024)
  .refine(isGlob, 'must be a pattern for paths below the store, with a "]" for each "["');

const state = z.strictObject({
  requires: z.array(field).max(100).default([]).describe("Fields that must have a value"),
  forbids: z.array(field).max(100).default([]).describe("Fields that must have none"),
});

const collection = z.strictObject({
  files: z
    .union([glob, z.array(glob).min(1).max(100)])
    .describe("Patterns of its files, below the store's folder"),
  key: field.optional().describe("The field that tells its documents apart"),
  form: z
    .enum(["auto", "document", "array", "keyed", "lines"])
    .default("auto")
    .describe("One document a file, an array or an object of them, or one a line"),
  schema: path.optional().describe("JSON Schema of a document: draft 2020-12 or 7"),
  references: z
    .record(field, z.string().min(1))
    .default({})
    .describe("Fields that hold keys of another collection"),
  states: z
    .object({ field })
    .catchall(state)
    .optional()
    .describe("By the value of a field, which others a document must have"),
  order: z.array(field).max(100).default([]).describe("Dates that never decrease, in this order"),
  derive: z
    .record(
      field,
      z
        .string()
        .refine(
          isDerivation,
          "must be count(c), count(c, field), or min, max or sum(c, field|other)",
        ),
    )
    .default({})
    .describe("Fields that follow from the content of collections"),
});

const collections = z
  .record(z.string().min(1).max(200), collection)
  .default({
    documents: collection.parse({ files: ["**/*.json", "**/*.jsonl", "**/*.ndjson"] }),
  })
  .superRefine((given, context) => {
    for (const { path: at, message } of unknownNames(given))
      context.addIssue({ code: "custom", path: at, message });
  });

/** The keys of a store of documents in salvor.yaml. */
export const documentsOptions = z.object({
  path: path.describe("The folder"),
  collections: collections.describe("What its files hold, by name; the first that fits has a file"),
  exclude: z.array(glob).max(1_000).default([]).describe("Patterns of what is left alone"),
  fileBytesMax: z
    .int()
    .min(1_000)
    .max(1_000_000_000)
    .default(256_000_000)
    .describe("A larger document is a finding and is not read; files that hold many may be larger"),
});

/** How a store of documents is opened. */
export type DocumentsOptions = z.output<typeof documentsOptions>;

/** One collection as salvor.yaml has it. */
export type CollectionOptions = z.output<typeof collection>;

interface Unknown {
  readonly path: string[];
  readonly message: string;
}

/** References and derivations may name collections that are there, with a key, only. */
function unknownNames(given: Readonly<Record<string, CollectionOptions>>): readonly Unknown[] {
  return Object.entries(given).flatMap(([name, { references, derive }]) => [
    ...Object.entries(references).flatMap(([from, to]) => {
      const target = Object.hasOwn(given, to) ? given[to] : undefined;
      if (target?.key !== undefined) return [];
      const why = target === undefined ? "there is no collection" : "there is no key in";
      return [{ path: [name, "references", from], message: `${why} ${to}` }];
    }),
    ...Object.entries(derive).flatMap(([at, text]) => {
      const of = parseDerivation(text)?.collection;
      if (of === undefined || Object.hasOwn(given, of)) return [];
      return [{ path: [name, "derive", at], message: `there is no collection ${of}` }];
    }),
  ]);
}

function isGlob(text: string): boolean {
  if (text.startsWith("/") || text.split("/").includes("..") || hasOpenBracket(text)) return false;
  try {
    globPattern(text);
    return true;
  } catch {
    return false;
  }
}

/** It would stand for itself, and take in nothing that anybody has meant. */
function hasOpenBracket(text: string): boolean {
  return text.replaceAll(/\\.|\[[!^]?\]?[^\]]*\]/gsu, "").includes("[");
}

function isDerivation(text: string): boolean {
  return parseDerivation(text) !== null;
}
