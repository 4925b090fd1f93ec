import { join } from "node:path";

import type { HostTask } from "../../host/messages.ts";
import { parentOf } from "../../files/raw-path.ts";
import {
  readLive,
  removeDraft,
  removeFile,
  replaceFile,
  syncFolderOf,
  type LiveFile,
} from "./live-file.ts";
import type { FileAttributes, FileChange } from "./types.ts";

/** Files that are to become other ones, or what they were. */
export interface ApplyInput {
  readonly root: string;
  /** Folder that has, under their paths, the files as they are to be. */
  readonly from: string;
  readonly changes: readonly FileChange[];
  /** What has been done is taken back. */
  readonly isBack: boolean;
}

const PLAIN: FileAttributes = { mode: 0o600, uid: 0, gid: 0, folderMode: 0o700 };

/**
 * Changes files, each whole or not at all. What is done already stays; what somebody has written to
 * since stays as they have it. Returns the paths of these.
 */
export const task: HostTask<ApplyInput, readonly string[]> = async (input, { progress }) => {
  const folders = new Map<string | null, string>();
  const strayed: string[] = [];
  for (const [at, change] of input.changes.entries()) {
    progress(at, input.changes.length);
    const { raw, path } = change;
    if (!settle(input, change)) strayed.push(path);
    folders.set(parentOf(raw), raw);
  }
  for (const raw of folders.values()) syncFolderOf(input.root, raw);
  return strayed;
};

/** @returns false when it is neither what it was nor what it is to be. */
function settle({ root, from, isBack }: ApplyInput, change: FileChange): boolean {
  const { raw, path, before, after } = change;
  const [old, wanted] = isBack ? [after, before] : [before, after];
  const live = readLive(root, raw);
  if (live.sha256 === wanted) {
    removeDraft(root, raw);
    return true;
  }
  if (live.sha256 !== old) return false;
  if (wanted === null) return removeFile(root, raw, live);
  return replaceFile(root, raw, {
    from: join(from, path),
    live,
    attributes: attributesOf(live, change),
  });
}

/** As the file before it; as the copy that it comes from; else as what is nobody's business. */
function attributesOf({ attributes: own }: LiveFile, { attributes }: FileChange): FileAttributes {
  return own ?? attributes ?? PLAIN;
}
