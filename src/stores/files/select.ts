import { nearest } from "../../core/nearest.ts";
import { SalvorError } from "../../core/errors.ts";
import type { RestoreOptions } from "../file-comparison.ts";
import type { TreeEntry } from "./entry.ts";
import { exclusionOf } from "./exclude.ts";
import { parentOf, rawOf, showPath, type RawPath } from "./raw-path.ts";

/** An entry of a content, in its order, and what is built where its own content passes by. */
export interface Selected {
  readonly entry: TreeEntry;
  /** Another name of the same file where the first one is not asked for; null: nothing. */
  readonly build: TreeEntry | null;
}

/** Everything, as it stands there. */
export function selectAll(entries: readonly TreeEntry[]): readonly Selected[] {
  return entries.map((entry) => ({ entry, build: entry }));
}

/** Which entries of a tree are wanted. */
export type Choice = RestoreOptions & { readonly only: readonly string[] };

/**
 * What is built of some paths of a tree: each by itself, with all below it where it is a folder, and
 * with the folders above it. The first of the names of a file that is wanted becomes its first name.
 *
 * @throws {SalvorError} NOT_FOUND for a path that the tree has not, with the nearest that it has.
 */
export function selectOnly(entries: readonly TreeEntry[], choice: Choice): readonly Selected[] {
  const chosen = withFoldersAbove(chosenPaths(entries, choice));
  const heirs = new Map<RawPath, TreeEntry>();
  for (const entry of entries) {
    const { path, hardlink } = entry;
    if (hardlink === null || !chosen.has(path) || chosen.has(hardlink)) continue;
    if (!heirs.has(hardlink)) heirs.set(hardlink, { ...entry, hardlink: null });
  }
  return entries.map((entry) => ({ entry, build: buildOf(entry, chosen, heirs) }));
}

function buildOf(
  entry: TreeEntry,
  chosen: ReadonlySet<RawPath>,
  heirs: ReadonlyMap<RawPath, TreeEntry>,
): TreeEntry | null {
  const { path, hardlink } = entry;
  if (!chosen.has(path)) return heirs.get(path) ?? null;
  const heir = hardlink === null ? undefined : heirs.get(hardlink);
  if (heir === undefined) return entry;
  return heir.path === path ? null : { ...entry, hardlink: heir.path };
}

/**
 * The paths that are wanted, without the folders above them. What has wildcards, and is no path, is a
 * pattern as in `exclude`. Of a file that is wanted alone, all names are: it is one file.
 */
export function chosenPaths(
  entries: readonly TreeEntry[],
  { only, ifThere = false, alone = false }: Choice,
): ReadonlySet<RawPath> {
  const paths = new Set(entries.map(({ path }) => path));
  const shown = new Map(entries.map(({ path }) => [showPath(path), path]));
  const exact = new Set<RawPath>();
  const patterns: string[] = [];
  for (const given of only) {
    const text = given.replace(/^\.?\/+|^\.$/, "").replace(/\/+$/, "");
    const raw = rawOf(Buffer.from(text));
    // No two paths are shown alike.
    const path = shown.get(text) ?? (paths.has(raw) ? raw : undefined);
    if (path !== undefined) exact.add(path);
    else if (ifThere) continue;
    else if (!alone && isPattern(text)) patterns.push(given);
    else throw notFound(given, [...shown.keys()]);
  }
  return alone ? withAllNames(entries, exact) : withAllBelow(entries, exact, patterns);
}

function withAllNames(
  entries: readonly TreeEntry[],
  exact: ReadonlySet<RawPath>,
): ReadonlySet<RawPath> {
  const first = ({ path, hardlink }: TreeEntry): RawPath => hardlink ?? path;
  const files = new Set(entries.filter(({ path }) => exact.has(path)).map(first));
  return new Set(entries.filter((entry) => files.has(first(entry))).map(({ path }) => path));
}

/** Entries come after the folder that they lie in. */
function withAllBelow(
  entries: readonly TreeEntry[],
  exact: ReadonlySet<RawPath>,
  patterns: readonly string[],
): ReadonlySet<RawPath> {
  const unmet = new Set(patterns);
  const matchers = patterns.map((pattern) => ({ pattern, matches: exclusionOf([pattern]) }));
  const chosen = new Set<RawPath>();
  for (const { path, kind } of entries) {
    const met = matchers.filter(({ matches }) => path !== "" && matches(path, kind === "folder"));
    for (const { pattern } of met) unmet.delete(pattern);
    const parent = parentOf(path);
    const isBelow = parent !== null && chosen.has(parent);
    if (isBelow || met.length > 0 || exact.has(path)) chosen.add(path);
  }
  const [pattern] = unmet;
  if (pattern !== undefined) throw notFound(pattern, []);
  return chosen;
}

function withFoldersAbove(chosen: ReadonlySet<RawPath>): ReadonlySet<RawPath> {
  const all = new Set<RawPath>([...chosen, ""]);
  for (const path of chosen) {
    let above = parentOf(path);
    while (above !== null && !all.has(above)) {
      all.add(above);
      above = parentOf(above);
    }
  }
  return all;
}

function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

function notFound(given: string, paths: readonly string[]): SalvorError {
  const near = nearest(given, paths);
  const hint = near === null ? "" : `Did you mean ${near}? `;
  return new SalvorError("NOT_FOUND", `the snapshot has no ${given}`, {
    hint: `${hint}Paths are relative to the folder of the store; a folder stands for all in it.`,
  });
}
