import { SalvorError } from "../../core/errors.ts";
import type { TreeEntry } from "./entry.ts";
import type { Found } from "./found.ts";
import type { Here } from "./here.ts";
import { parentOf, showPath, type RawPath } from "./raw-path.ts";
import { isSame, type RowForm } from "./row-form.ts";

/** An entry that goes into a live tree. */
export interface Placement {
  readonly entry: TreeEntry;
  /** What is there now; null: nothing. */
  readonly old: Found | null;
}

/** What has to be done to a live tree, and what cannot be. */
export interface Placements {
  /** Folders before what is in them. */
  readonly places: readonly Placement[];
  readonly refused: readonly { readonly path: RawPath; readonly reason: string }[];
}

/** A copy that has what is wanted, and the live tree. */
export interface PlacementQuestion {
  readonly form: RowForm;
  readonly source: ReadonlyMap<RawPath, TreeEntry>;
  readonly chosen: ReadonlySet<RawPath>;
  readonly live: Here;
}

/**
 * Pure: which entries differ and go back, each with the folders above it that are missing. Names of one
 * file go back together. Nothing goes through a link, or over what a tree leaves alone.
 */
export function decidePlacements(question: PlacementQuestion): Placements {
  const { source, live } = question;
  const differing = differingPaths(question);
  const refused = [...differing].flatMap((path) => {
    const reason = refusalOf(path, differing, question);
    return reason === null ? [] : [{ path, reason }];
  });
  for (const { path } of refused) differing.delete(path);
  for (const path of differing) {
    for (const above of foldersAbove(path)) if (!live.found.has(above)) differing.add(above);
  }
  const places = [...source.values()]
    .filter(({ path }) => differing.has(path))
    .map((entry) => ({ entry, old: live.found.get(entry.path) ?? null }));
  return { places, refused };
}

function differingPaths({ form, source, chosen, live }: PlacementQuestion): Set<RawPath> {
  const wanted = [...source.values()].filter(({ path }) => chosen.has(path));
  const differing = wanted.filter((entry) => !isSame(form, entry, live.entries.get(entry.path)));
  const files = new Set(differing.map(firstName));
  return new Set(wanted.filter((entry) => files.has(firstName(entry))).map(({ path }) => path));
}

function firstName({ path, hardlink }: TreeEntry): RawPath {
  return hardlink ?? path;
}

function refusalOf(
  path: RawPath,
  differing: ReadonlySet<RawPath>,
  { source, live }: PlacementQuestion,
): string | null {
  for (const above of foldersAbove(path)) {
    if (live.leftAlone.has(above)) return `${showPath(above)} is excluded, or no folder`;
    const kind = live.found.get(above)?.kind ?? "folder";
    if (kind !== "folder" && !differing.has(above)) {
      return `${showPath(above)} is a ${kind} here, and nothing is put behind it`;
    }
  }
  if (live.leftAlone.has(path)) return "what is here is excluded, or a socket, a pipe or a device";
  const isFolder = live.found.get(path)?.kind === "folder";
  if (!isFolder || source.get(path)?.kind === "folder") return null;
  const kept = [...live.leftAlone].find((each) => each.startsWith(`${path}/`));
  return kept === undefined ? null : `a folder is here, and ${showPath(kept)} in it is excluded`;
}

/** The root first. */
export function foldersAbove(path: RawPath): readonly RawPath[] {
  const above: RawPath[] = [];
  for (let at = parentOf(path); at !== null; at = parentOf(at)) above.unshift(at);
  return above;
}

/** Without a folder to put something into, the whole tree is to be restored. */
export function refuseNoRoot({ found }: Here, root: string): void {
  if (found.get("")?.kind === "folder") return;
  throw new SalvorError("STORE_MISSING", `${root} is no folder that files can be put back into`, {
    hint: "Restore it whole: the same command without --only and --differing.",
  });
}
