import { existsSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { SalvorError } from "../../core/errors.ts";
import type { HostTask } from "../host/messages.ts";
import type { RestoreOptions } from "../file-comparison.ts";
import { CoarseClock } from "./clock.ts";
import { TreeCopy } from "./copy-task.ts";
import type { TreeEntry } from "./entry.ts";
import { lookHere } from "./here.ts";
import { placeEntries, removeLeftovers, syncNames } from "./place-entries.ts";
import { decidePlacements, foldersAbove, refuseNoRoot, type Placement } from "./placements.ts";
import { showPath, type RawPath } from "./raw-path.ts";
import { removeTree } from "./remove-tree.ts";
import type { RowForm } from "./row-form.ts";
import { chosenPaths } from "./select.ts";
import { syncFolderAt, syncTree } from "./sync-tree.ts";

/** A live tree, and a copy that has what goes back. */
export interface PutBackFilesInput {
  readonly root: string;
  readonly exclude: readonly string[];
  readonly form: RowForm;
  readonly source: string;
  readonly wanted: RestoreOptions;
  /** Start of the name of a folder that gets what is replaced. */
  readonly quarantine: string;
  readonly dryRun: boolean;
}

/** What was done, or would be. Paths as for people. */
export interface PutBackFiles {
  readonly back: readonly string[];
  /** Those among them that were there, otherwise. */
  readonly replaced: readonly string[];
  readonly refused: readonly { readonly path: string; readonly reason: string }[];
}

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 25;
const never = new AbortController().signal;

/** Puts what is missing or otherwise back into a live tree; what is replaced is kept first. */
export const task: HostTask<PutBackFilesInput, PutBackFiles> = async (input) => {
  const source = lookHere(input.source, { exclude: [], reads: null, links: null }).entries;
  const chosen = wantedIn([...source.values()], input.wanted);
  if (!input.dryRun) removeLeftovers(input, chosen);
  for (let attempt = 1; ; attempt += 1) {
    const { places, refused } = placementsOf(input, source, chosen);
    const replaced = places.filter(({ old }) => old !== null);
    const isKept = input.dryRun || (await keep(input, replaced, attempt === ATTEMPTS_MAX));
    if (!isKept) continue;
    if (!input.dryRun) {
      placeEntries(input, places);
      syncNames(input.root, chosen);
    }
    const shown = (list: readonly Placement[]): readonly string[] =>
      list.map(({ entry }) => showPath(entry.path));
    return {
      back: shown(places),
      replaced: shown(replaced),
      refused: refused.map(({ path, reason }) => ({ path: showPath(path), reason })),
    };
  }
};

function wantedIn(entries: readonly TreeEntry[], wanted: RestoreOptions): ReadonlySet<RawPath> {
  const { only, ...rest } = wanted;
  if (only === undefined) return new Set(entries.map(({ path }) => path));
  return chosenPaths(entries, { ...rest, only });
}

function placementsOf(
  { root, exclude, form, wanted }: PutBackFilesInput,
  source: ReadonlyMap<RawPath, TreeEntry>,
  chosen: ReadonlySet<RawPath>,
): ReturnType<typeof decidePlacements> {
  const isSome = wanted.only !== undefined && wanted.alone !== true;
  const live = lookHere(root, {
    exclude,
    reads: ({ path, kind, size }) => {
      const entry = chosen.has(path) ? source.get(path) : undefined;
      return entry !== undefined && entry.kind === kind && (entry.size ?? size) === size;
    },
    links: isSome ? chosen : null,
  });
  refuseNoRoot(live, root);
  return decidePlacements({ form, source, chosen, live });
}

/**
 * Copies what will be replaced, with all below it, and syncs the copy.
 *
 * @returns false when something changed so lately that it may change again without another time.
 */
async function keep(
  { root, quarantine }: PutBackFilesInput,
  replaced: readonly Placement[],
  isLast: boolean,
): Promise<boolean> {
  if (replaced.length === 0) return true;
  const draft = `${quarantine}.salvor-draft`;
  removeTree(draft);
  removeTree(`${draft}.clock`);
  const copy = copyOf(root, draft, replaced);
  if (copy.missed.length > 0) throw notKept(copy.missed);
  if (copy.hasFresh && !isLast) {
    await delay(PAUSE_MS);
    removeTree(draft);
    return false;
  }
  await syncTree(draft, never);
  renameSync(draft, freeName(quarantine));
  syncFolderAt(dirname(quarantine));
  return true;
}

function copyOf(root: string, draft: string, replaced: readonly Placement[]): TreeCopy {
  const kept = new Set(replaced.flatMap(({ entry }) => [entry.path, ...foldersAbove(entry.path)]));
  const whole = replaced.filter(
    ({ entry, old }) => old?.kind === "folder" && entry.kind !== "folder",
  );
  using clock = new CoarseClock(`${draft}.clock`);
  const copy = new TreeCopy(root, draft, clock.now());
  copy.make(
    (path) => !kept.has(path) && !whole.some(({ entry }) => path.startsWith(`${entry.path}/`)),
  );
  return copy;
}

/** What an earlier, killed run has kept stays. */
function freeName(name: string): string {
  let free = name;
  for (let number = 2; existsSync(free); number += 1) free = `${name}.${number}`;
  return free;
}

function notKept(missed: readonly string[]): SalvorError {
  const message = `${missed.join(", ")} cannot be put in quarantine before it is replaced`;
  return new SalvorError("DISK_FAILED", message, {
    hint: "Restore the tree whole: then the old one is kept as it is, under another name.",
  });
}
