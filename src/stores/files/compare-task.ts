import type { HostTask } from "../host/messages.ts";
import type { CompareOptions, FileComparison } from "../file-comparison.ts";
import { damagedTree } from "./content-reader.ts";
import { parseEntry, type TreeEntry } from "./entry.ts";
import { lookHere } from "./here.ts";
import { showPath, type RawPath } from "./raw-path.ts";
import { isSame, sealEntries, type RowForm } from "./row-form.ts";
import { linesOf } from "./rows.ts";
import { chosenPaths, selectOnly } from "./select.ts";

/** A tree, and the list of entries that it is compared with. */
export interface CompareInput {
  readonly root: string;
  readonly exclude: readonly string[];
  /** Path of the list. */
  readonly entries: string;
  readonly form: RowForm;
  readonly options: CompareOptions;
  readonly scratch: string;
}

/** Compares a tree with a list of entries. */
export const task: HostTask<CompareInput, FileComparison> = async (input) => {
  const { root, form, options, scratch } = input;
  const listed = readList(input.entries);
  const wanted = new Map(wantedOf(listed, options).map((entry) => [entry.path, entry]));
  const { only, alone = false, exact } = options;
  const isSome = only !== undefined && !exact;
  const here = lookHere(root, {
    exclude: exact ? [] : input.exclude,
    reads: ({ path, kind, size }) => {
      const entry = wanted.get(path);
      return entry !== undefined && entry.kind === kind && (entry.size ?? size) === size;
    },
    links: isSome && !alone ? new Set(wanted.keys()) : null,
  });
  const gone = [...wanted.keys()].filter((path) => !here.found.has(path));
  const known = exact ? wanted : new Map(listed.map((entry) => [entry.path, entry]));
  const more = isSome ? [] : [...here.found.keys()].filter((path) => !known.has(path));
  return {
    collection: form.collection,
    listed: sealEntries(form, listed, scratch),
    expected: sealEntries(form, wanted.values(), scratch),
    actual: sealEntries(form, here.entries.values(), scratch),
    missing: gone.map(showPath),
    changed: changedPaths(form, wanted, here.entries, new Set(gone)).map(showPath),
    extra: more.map(showPath),
  };
};

function readList(path: string): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const line of linesOf(path)) {
    const entry = parseEntry(line);
    if (entry === null) throw damagedTree(`entry ${entries.length + 1} is not well formed`);
    entries.push(entry);
  }
  return entries;
}

/** What is built with the same options; of a tree that has more, without the folders above. */
function wantedOf(
  listed: readonly TreeEntry[],
  { only, exact, ...rest }: CompareOptions,
): readonly TreeEntry[] {
  if (only === undefined) return listed;
  const choice = { ...rest, only };
  const built = selectOnly(listed, choice).flatMap(({ build }) => build ?? []);
  if (exact) return built;
  const chosen = chosenPaths(listed, choice);
  return built.filter(({ path }) => chosen.has(path));
}

function changedPaths(
  form: RowForm,
  wanted: ReadonlyMap<RawPath, TreeEntry>,
  here: ReadonlyMap<RawPath, TreeEntry>,
  gone: ReadonlySet<RawPath>,
): readonly RawPath[] {
  return [...wanted.values()]
    .filter(({ path }) => !gone.has(path))
    .filter((entry) => !isSame(form, entry, here.get(entry.path)))
    .map(({ path }) => path);
}
