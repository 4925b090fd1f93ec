import { lstatSync, renameSync } from "node:fs";

import { setFolderAttributes } from "./attributes.ts";
import { exclusionOf } from "./exclude.ts";
import { foundOf } from "./found.ts";
import type { LiveTree } from "./live.ts";
import { parentOf, placeOf, type RawPath } from "./raw-path.ts";
import { syncFolderAt } from "./sync-tree.ts";
import { walkTree } from "./walk.ts";

/**
 * Moves what a tree leaves alone (excluded, sockets, pipes) from the tree that was replaced into the
 * one in its place: nobody asked to change that. May be called again.
 *
 * @returns what has no place there: its folder is gone, or its name is taken.
 */
export function carryLeftAlone({ options, root }: LiveTree, aside: string): ReadonlySet<RawPath> {
  const left: RawPath[] = [];
  walkTree(aside, exclusionOf(options.exclude), {
    entry: () => {},
    leftAlone: ({ path }) => left.push(path),
    trouble: () => {},
  });
  const stays = new Set(left.filter((path) => !carry(root, aside, path)));
  // Nobody has a copy: the new names are safe before the old tree goes.
  const folders = new Set(
    left.filter((path) => !stays.has(path)).map((path) => parentOf(path) ?? ""),
  );
  for (const folder of folders) syncFolderAt(placeOf(root, folder));
  return stays;
}

function carry(root: string, aside: string, path: RawPath): boolean {
  const parent = parentOf(path) ?? "";
  const folder = folderAt(root, parent);
  if (folder === null || isTaken(root, path)) return false;
  renameSync(placeOf(aside, path), placeOf(root, path));
  setFolderAttributes(placeOf(root, parent), folder);
  return true;
}

/** Null unless it is a folder in folders: a link on the way would lead out of the tree. */
function folderAt(root: string, path: RawPath): ReturnType<typeof foundOf> | null {
  for (let at: RawPath | null = path; at !== null; at = parentOf(at)) {
    if (lookAt(root, at)?.kind !== "folder") return null;
  }
  return lookAt(root, path);
}

function isTaken(root: string, path: RawPath): boolean {
  return lookAt(root, path) !== null;
}

function lookAt(root: string, path: RawPath): ReturnType<typeof foundOf> | null {
  const stat = lstatSync(placeOf(root, path), { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : foundOf(path, stat);
}
