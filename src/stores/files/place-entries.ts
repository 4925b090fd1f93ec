import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from "node:fs";

import { diskError } from "../../core/disk.ts";
import { SalvorError, systemCode } from "../../core/errors.ts";
import { setFileAttributes, setFolderAttributes, setLinkAttributes } from "./attributes.ts";
import type { TreeEntry } from "./entry.ts";
import { foundOf, type Found } from "./found.ts";
import type { Placement } from "./placements.ts";
import { bytesOf, parentOf, placeOf, showPath, type RawPath } from "./raw-path.ts";
import { removeBelow } from "./remove-tree.ts";
import { syncFolderAt } from "./sync-tree.ts";

/** Of our own making only: what is on its way into a folder, and what was there before. */
const DRAFT = ".salvor-draft";
const ASIDE = ".salvor-aside";

/** A live tree, and a copy whose entries go into it. */
export interface PlaceTools {
  readonly root: string;
  /** Synced; on the same file system for the most part. */
  readonly source: string;
}

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
  const touched = new Set(places.flatMap(({ entry: { path } }) => parentOf(path) ?? []));
  for (const { path } of folders) touched.add(path);
  for (const path of touched) syncFolderAt(placeOf(tools.root, path));
}

/** Removes what a killed run has left in the folders of these paths. */
export function removeLeftovers(root: string, paths: Iterable<RawPath>): void {
  const folders = new Set([...paths].flatMap((path) => parentOf(path) ?? []));
  for (const folder of folders) {
    if (!isFolder(root, folder)) continue;
    for (const name of [DRAFT, ASIDE]) removeBelow(root, below(folder, name));
  }
}

function placeOne({ root, source }: PlaceTools, { entry, old }: Placement): void {
  const { path } = entry;
  refuseChanged(root, path, old);
  if (entry.kind === "folder" && old?.kind === "folder") return;
  const folder = parentOf(path) ?? "";
  const [place, draft] = [placeOf(root, path), placeOf(root, below(folder, DRAFT))];
  makeDraft(source, entry, draft);
  if (old?.kind === "folder") renameSync(place, placeOf(root, below(folder, ASIDE)));
  else if (old !== null && entry.kind === "folder") unlinkSync(place);
  renameSync(draft, place);
  removeBelow(root, below(folder, DRAFT)); // two names of one file: that rename does nothing
  removeBelow(root, below(folder, ASIDE));
}

function makeDraft(source: string, entry: TreeEntry, draft: string | Buffer): void {
  const { kind, link } = entry;
  if (kind === "folder") {
    mkdirSync(draft, 0o700);
    // Its owner has to write into it until all is there.
    setFolderAttributes(draft, { ...entry, mode: entry.mode | 0o700 });
  } else if (link !== null) {
    symlinkSync(bytesOf(link), draft);
    setLinkAttributes(draft, entry);
  } else {
    linkOrCopy(placeOf(source, entry.path), draft, entry);
  }
}

/** Another name costs nothing, and keeps names of one file together. Across file systems, a copy. */
function linkOrCopy(from: string | Buffer, to: string | Buffer, entry: TreeEntry): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!["EXDEV", "EMLINK", "EPERM", "ENOTSUP"].includes(systemCode(error) ?? "")) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    const file = openSync(to, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      setFileAttributes(file, entry);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

/** What is put in quarantine and what goes must be the same. */
function refuseChanged(root: string, path: RawPath, old: Found | null): void {
  const stat = lstatSync(placeOf(root, path), { bigint: true, throwIfNoEntry: false });
  const now = stat === undefined ? null : foundOf(path, stat);
  const isFolders = now?.kind === "folder" && old?.kind === "folder";
  if (isFolders || traits(now) === traits(old)) return;
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

function isFolder(root: string, path: RawPath): boolean {
  for (let at: RawPath | null = path; at !== null; at = parentOf(at)) {
    const stat = lstatSync(placeOf(root, at), { throwIfNoEntry: false });
    if (stat === undefined || !stat.isDirectory()) return false;
  }
  return true;
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
