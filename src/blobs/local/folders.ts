import { dirname } from "node:path";

import { makeFolderDurably, type Disk } from "../../core/disk.ts";

/** Folders that this process has made sure of: they exist, and their names are on the disk. */
export interface DurableFolders {
  ensure(path: string): Promise<void>;
}

/** Below `root`; the root itself is made when it is first needed. */
export function durableFolders(disk: Disk, root: string): DurableFolders {
  const sure = new Set<string>();
  const ensure = async (path: string): Promise<void> => {
    if (sure.has(path)) return;
    if (path !== root && path.startsWith(root)) await ensure(dirname(path));
    const existed = (await disk.stat(path)) !== null;
    await makeFolderDurably(disk, path);
    // One that stood already may be the work of a killed process that never came to sync its name.
    if (existed && path !== root) await disk.syncFolder(dirname(path));
    sure.add(path);
  };
  return { ensure };
}
