import { lstatSync, readdirSync } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import type { Exclusion } from "./exclude.ts";
import { foundOf, type Found } from "./found.ts";
import { byBytes, placeOf, type RawPath } from "./raw-path.ts";

/** A name that could not be looked at or into. */
export interface Trouble {
  readonly path: RawPath;
  /** The code of the operating system. */
  readonly code: string;
}

/** Takes what a walk comes by: an entry, or what the tree leaves alone (excluded, or no file). */
export interface WalkVisitor {
  entry(found: Found): void;
  leftAlone?(found: Found): void;
  trouble(trouble: Trouble): void;
}

/**
 * Visits everything below a root, the root first, each folder before what is in it, names in the
 * order of their bytes. Follows no link. What goes away meanwhile is passed over.
 *
 * @returns false when there is no root.
 */
export function walkTree(root: string, excludes: Exclusion, visitor: WalkVisitor): boolean {
  const top = look(root, "", visitor);
  if (top === null) return false;
  visitor.entry(top);
  const waiting: RawPath[] = top.kind === "folder" ? [""] : [];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (folder !== "") {
      const found = look(root, folder, visitor);
      if (found === null) continue;
      if (found.kind === "other" || excludes(folder, found.kind === "folder")) {
        visitor.leftAlone?.(found);
        continue;
      }
      visitor.entry(found);
      if (found.kind !== "folder") continue;
    }
    for (const name of namesIn(root, folder, visitor)) {
      waiting.push(folder === "" ? name : `${folder}/${name}`);
    }
  }
  return true;
}

/** The last one first: that is the order in which a stack gives them back. */
function namesIn(root: string, folder: RawPath, visitor: WalkVisitor): readonly RawPath[] {
  try {
    const names = readdirSync(placeOf(root, folder), { encoding: "latin1" });
    return names.sort((a, b) => byBytes(b, a));
  } catch (error) {
    note(folder, error, visitor);
    return [];
  }
}

function look(root: string, path: RawPath, visitor: WalkVisitor): Found | null {
  try {
    return foundOf(path, lstatSync(placeOf(root, path), { bigint: true }));
  } catch (error) {
    note(path, error, visitor);
    return null;
  }
}

function note(path: RawPath, error: unknown, visitor: WalkVisitor): void {
  const code = systemCode(error);
  if (code === "ENOENT" || code === "ENOTDIR") return;
  if (code === null) throw error;
  visitor.trouble({ path, code });
}
