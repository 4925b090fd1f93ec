import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
} from "node:fs";

import { systemCode } from "../../core/errors.ts";
import { setFileAttributes, setFolderAttributes, setLinkAttributes } from "./attributes.ts";
import type { TreeEntry } from "./entry.ts";
import { bytesOf, placeOf } from "./raw-path.ts";

/** A live tree, and a copy whose entries go into it. */
export interface PlaceTools {
  readonly root: string;
  /** Synced, and next to the live tree: on the same file system for the most part. */
  readonly source: string;
}

/** Makes what an entry will be under a name of its own, whole and synced. */
export function makeDraft(tools: PlaceTools, entry: TreeEntry, draft: string | Buffer): void {
  const { kind, link } = entry;
  if (kind === "folder") {
    mkdirSync(draft, 0o700);
    // Its owner has to write into it until all is there.
    setFolderAttributes(draft, { ...entry, mode: entry.mode | 0o700 });
  } else if (link !== null) {
    symlinkSync(bytesOf(link), draft);
    setLinkAttributes(draft, entry);
  } else {
    linkOrCopy(tools, entry, draft);
  }
}

/**
 * Another name of the copy's file costs nothing, and keeps names of one file together. Across file
 * systems it is a copy, and for a later name one of the first, which is in its place by then.
 */
function linkOrCopy({ root, source }: PlaceTools, entry: TreeEntry, draft: string | Buffer): void {
  const from = placeOf(source, entry.path);
  if (isLinked(from, draft)) return;
  if (entry.hardlink !== null && isLinked(placeOf(root, entry.hardlink), draft)) return;
  copyFileSync(from, draft, constants.COPYFILE_EXCL);
  const file = openSync(draft, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    setFileAttributes(file, entry);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** False where a file system, or its limit of names, does not let it. */
function isLinked(from: string | Buffer, to: string | Buffer): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (["EXDEV", "EMLINK", "EPERM", "ENOTSUP"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}
