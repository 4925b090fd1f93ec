import { lstatSync } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import { foundOf, type Found } from "./found.ts";
import { parentOf, placeOf, type RawPath } from "./raw-path.ts";

/** What lies at a path below a root; null where nothing does, or what is above it is no folder. */
export function lookAt(root: string, path: RawPath): Found | null {
  try {
    return foundOf(path, lstatSync(placeOf(root, path), { bigint: true }));
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return null;
    throw error;
  }
}

/** The folder at a path; null unless it is one, in folders: a link on the way would lead elsewhere. */
export function folderAt(root: string, path: RawPath): Found | null {
  for (let at = parentOf(path); at !== null; at = parentOf(at)) {
    if (lookAt(root, at)?.kind !== "folder") return null;
  }
  const found = lookAt(root, path);
  return found?.kind === "folder" ? found : null;
}
