import { execFile } from "node:child_process";
import { closeSync, constants, fsyncSync, openSync } from "node:fs";
import { promisify } from "node:util";

import { diskError } from "../../core/disk.ts";
import { placeOf, showPath } from "./raw-path.ts";
import { walkTree } from "./walk.ts";

const run = promisify(execFile);

/**
 * Returns once everything in a tree has reached the disk. One call for its whole file system costs
 * less than one for each of ten thousand files; where there is no such program, it is one for each.
 */
export async function syncTree(root: string, signal: AbortSignal): Promise<void> {
  try {
    await run("sync", ["-f", root], { signal });
  } catch {
    signal.throwIfAborted();
    syncEach(root, signal);
  }
}

/** Returns once the names in a folder have reached the disk. */
export function syncFolderAt(place: string | Buffer): void {
  const folder = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function syncEach(root: string, signal: AbortSignal): void {
  walkTree(root, () => false, {
    entry: ({ path, kind }) => {
      signal.throwIfAborted();
      if (kind !== "file" && kind !== "folder") return;
      try {
        const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
        const file = openSync(placeOf(root, path), flags);
        try {
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
      } catch (error) {
        throw diskError(`${root}/${showPath(path)}`, error);
      }
    },
    trouble: () => {},
  });
}
