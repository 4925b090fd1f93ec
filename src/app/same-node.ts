import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** A file as the disk knows it, by whatever name. */
export interface KnownFile {
  readonly path: string;
  /** Device and inode; null where nothing lies yet. */
  readonly node: string | null;
}

/** How the disk tells one file from another. */
export function nodeOf({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}

/**
 * Another name of a file somewhere below a folder; null when there is none, or none that can be seen.
 * Costs a look at each file there: ask of files that have several names only.
 */
export async function otherNameBelow(folder: string, file: KnownFile): Promise<string | null> {
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name);
      const found = entry.isDirectory()
        ? await otherNameBelow(path, file)
        : await nameAt(path, file);
      if (found !== null) return found;
    }
  } catch {
    return null; // what we may not read is not there for us
  }
  return null;
}

async function nameAt(path: string, { path: known, node }: KnownFile): Promise<string | null> {
  if (path === known) return null;
  return nodeOf(await lstat(path, { bigint: true })) === node ? path : null;
}
