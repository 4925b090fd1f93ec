import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";

import { temporaryFolder } from "../support/folder.ts";
import { runProcess } from "../support/processes.ts";

/** A file system of a few megabytes, in memory. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Fills it until so many bytes are left. */
  leave(bytes: number): void;
  /** Takes the filling away again. */
  free(): void;
}

/** The options of a test that mounts something: only root may. */
export const needsRoot = {
  skip: process.getuid?.() === 0 ? false : "only root may mount file systems and change users",
} as const;

/** Mounts a new one; null where even root may not (in most containers). */
export async function smallDisk(megabytes: number): Promise<SmallDisk | null> {
  const folder = await temporaryFolder();
  const options = `size=${megabytes}m,mode=0700`;
  const mounted = await runProcess("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder.path]);
  if (mounted.status !== 0) {
    await folder[Symbol.asyncDispose]();
    return null;
  }
  const ballast = join(folder.path, "ballast");
  const free = (): void => rmSync(ballast, { force: true });
  return {
    path: folder.path,
    free,
    leave: (bytes) => {
      free();
      const { bavail, bsize } = statfsSync(folder.path);
      const file = openSync(ballast, "w");
      writeSync(file, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
      closeSync(file);
    },
    [Symbol.asyncDispose]: async () => {
      await runProcess("umount", ["-l", folder.path]);
      await folder[Symbol.asyncDispose]();
    },
  };
}
