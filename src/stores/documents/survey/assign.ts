import { globPattern } from "../../glob.ts";
import { parseDerivation } from "../derive/expression.ts";
import type { DocumentsOptions } from "../options.ts";
import type { HeldFile } from "./held-file.ts";
import type { CollectionSpec } from "./types.ts";

/** The collections as threads need them. */
export function collectionSpecs({ collections }: DocumentsOptions): readonly CollectionSpec[] {
  const names = Object.keys(collections);
  const derivations = Object.values(collections)
    .flatMap(({ derive }) => Object.values(derive))
    .flatMap((text) => parseDerivation(text) ?? []);
  return Object.entries(collections).map(([name, options]) => ({
    ...options,
    name,
    derivations: derivations.filter(({ collection }) => collection === name),
    targets: Object.values(options.references).map((target) => names.indexOf(target)),
  }));
}

/** The patterns of a collection. */
export function globsOf({ files }: Pick<CollectionSpec, "files">): readonly string[] {
  return typeof files === "string" ? [files] : files;
}

/** Tells the collection of a file, by its place: the first that takes it in; -1 when none does. */
export function collectionFinder(specs: readonly CollectionSpec[]): (name: string) => number {
  const tests = specs.map((spec) => globsOf(spec).map(globPattern));
  return (name) => tests.findIndex((patterns) => patterns.some((each) => each.test(name)));
}

/** A file that belongs to a collection. */
export interface AssignedFile extends HeldFile {
  readonly number: number;
  readonly collection: number;
}

/** Files with their collections; the others are left out. Numbers are places in `files`. */
export function assignFiles(
  files: readonly HeldFile[],
  specs: readonly CollectionSpec[],
): readonly AssignedFile[] {
  const find = collectionFinder(specs);
  const assigned: AssignedFile[] = [];
  for (const [number, file] of files.entries()) {
    const collection = find(file.name);
    if (collection < 0) continue;
    const { name, raw, size, modifiedMs, sha256, path, start } = file;
    assigned.push({ name, raw, size, modifiedMs, sha256, path, start, number, collection });
  }
  return assigned;
}
