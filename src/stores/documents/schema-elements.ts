import { elementDigest } from "../../receipts/seal.ts";
import type { SchemaElement } from "../../receipts/types.ts";
import type { Collection } from "../types.ts";
import { FILES } from "./survey/file-rows.ts";
import type { CollectionSpec } from "./survey/types.ts";

/** What tells a document apart that has no key: where it lies. */
const PLACE = ["_path", "_index"];

/** What a receipt compares of the shape of a store: what tells its documents apart. */
export function elementsOf(specs: readonly CollectionSpec[]): readonly SchemaElement[] {
  return specs.map(({ name, key }) => {
    const definition = { key: key ?? null };
    return { kind: "collection", name, digest: elementDigest(definition), definition };
  });
}

/** The collections of a store, in the order of salvor.yaml, and the names of all its files. */
export function collectionsOf(specs: readonly CollectionSpec[]): readonly Collection[] {
  const documents = specs.map(({ name, key }) => ({
    name,
    key: key === undefined ? PLACE : [key],
    columns: ["_path", "_document"],
    internal: false,
  }));
  return [...documents, FILES];
}
