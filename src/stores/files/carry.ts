import { renameSync } from "node:fs";

import { setFolderAttributes } from "./attributes.ts";
import { exclusionOf } from "./exclude.ts";
import type { LiveTree } from "./live.ts";
import { folderAt, lookAt } from "./look-at.ts";
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

function isTaken(root: string, path: RawPath): boolean {
  return lookAt(root, path) !== null;
}
