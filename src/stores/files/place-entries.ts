import { lstatSync, mkdirSync, renameSync, unlinkSync } from "node:fs";

import { diskError } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import { setFolderAttributes } from "./attributes.ts";
import type { TreeEntry } from "./entry.ts";
import type { Found } from "./found.ts";
import { folderAt, lookAt } from "./look-at.ts";
import { makeDraft, type PlaceTools } from "./make-draft.ts";
import { foldersAbove, type Placement } from "./placements.ts";
import { parentOf, placeOf, showPath, type RawPath } from "./raw-path.ts";
import { removeBelow, removeTree } from "./remove-tree.ts";
import { DRAFT as COPY_DRAFT } from "./restore.ts";
import { syncFolderAt } from "./sync-tree.ts";

/** What is on its way into a folder of another file system, and what was there before. */
const DRAFT = ".salvor-draft";
const ASIDE = ".salvor-aside";

/**
 * Puts entries into a live tree, each by a rename of what is whole already: at every moment a name has
 * the old content or the new. May be killed and be called again with what is left.
 */
export function placeEntries(tools: PlaceTools, places: readonly Placement[]): void {
  for (const placement of places) {
    told(tools.root, placement.entry, () => placeOne(tools, placement));
  }
  const folders = places.map(({ entry }) => entry).filter(({ kind }) => kind === "folder");
  // The deepest first: each name that comes into a folder changes its time.
  for (const entry of folders.toReversed()) {
    told(tools.root, entry, () => setFolderAttributes(placeOf(tools.root, entry.path), entry));
  }
}

/** Returns once these names, and what they were put in the place of, have reached the disk. */
export function syncNames(root: string, paths: ReadonlySet<RawPath>): void {
  const folders = new Set([...paths].flatMap((path) => [path, ...foldersAbove(path)]));
  for (const folder of folders)
    if (folderAt(root, folder) !== null) syncFolderAt(placeOf(root, folder));
}

/**
 * Removes what a killed run has left: beside the copy, or in the folders of these paths where the tree
 * reaches into another file system.
 */
export function removeLeftovers({ root, source }: PlaceTools, paths: Iterable<RawPath>): void {
  removeTree(workOf(source));
  const folders = new Set([...paths].flatMap((path) => parentOf(path) ?? []));
  for (const folder of folders) {
    if (folderAt(root, folder) === null || isNear({ root, source }, folder)) continue;
    for (const name of [DRAFT, ASIDE]) removeBelow(root, below(folder, name));
  }
}

function placeOne(tools: PlaceTools, { entry, old }: Placement): void {
  const { root } = tools;
  const { path } = entry;
  refuseChanged(root, path, old);
  if (entry.kind === "folder" && old?.kind === "folder") return;
  const work = workPlaces(tools, parentOf(path) ?? "");
  const place = placeOf(root, path);
  makeDraft(tools, entry, work.draft);
  if (old?.kind === "folder") renameSync(place, work.aside);
  else if (old !== null && entry.kind === "folder") unlinkSync(place);
  try {
    renameSync(work.draft, place);
  } catch (error) {
    if (old?.kind === "folder") renameSync(work.aside, place);
    throw error;
  } finally {
    work.clear(); // between two names of one file, that rename does nothing
  }
}

/** Where something is made before it is renamed, and put before it goes. */
interface WorkPlaces {
  readonly draft: string | Buffer;
  readonly aside: string | Buffer;
  clear(): void;
}

function workPlaces(tools: PlaceTools, folder: RawPath): WorkPlaces {
  const work = workOf(tools.source);
  const isHere = !isNear(tools, folder);
  const [root, start] = isHere ? [tools.root, folder] : [work, ""];
  const [draft, aside] = [below(start, DRAFT), below(start, ASIDE)];
  if (!isHere) mkdirSync(work, { recursive: true, mode: 0o700 });
  return {
    draft: placeOf(root, draft),
    aside: placeOf(root, aside),
    clear: () => {
      for (const path of [draft, aside]) removeBelow(root, path);
    },
  };
}

/** Goes with the copy when that is discarded. */
function workOf(source: string): string {
  return source + COPY_DRAFT;
}

/** On the file system of the copy: a rename can end there. */
function isNear({ root, source }: PlaceTools, folder: RawPath): boolean {
  return lstatSync(placeOf(root, folder)).dev === lstatSync(source).dev;
}

/** What is put in quarantine and what goes must be the same. */
function refuseChanged(root: string, path: RawPath, old: Found | null): void {
  const now = lookAt(root, path);
  const isFolders = now?.kind === "folder" && old?.kind === "folder";
  const parent = parentOf(path);
  const isReached = parent === null || folderAt(root, parent) !== null; // no link has come into the way
  if (isReached && (isFolders || traits(now) === traits(old))) return;
  throw new SalvorError("STORE_CHANGED", `${root}/${showPath(path)} was written to meanwhile`, {
    hint: "Run the command again; stop the program that writes to it if that does not help.",
  });
}

/** Without what the removal of another of its names changes. */
function traits(found: Found | null): string {
  if (found === null) return "";
  const { kind, mode, uid, gid, size, mtimeNs, inode } = found;
  return `${kind} ${mode} ${uid} ${gid} ${size} ${mtimeNs} ${inode}`;
}

function below(folder: RawPath, name: string): RawPath {
  return folder === "" ? name : `${folder}/${name}`;
}

function told(root: string, { path }: TreeEntry, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw diskError(`${root}/${showPath(path)}`, error);
  }
}
