import { dirname } from "node:path";

import { nodeDisk } from "../core/disk.ts";

/**
 * Gives a database file that `write` makes its name, once its bytes have reached the disk. A draft
 * that a killed process left is replaced.
 */
export async function publish(
  path: string,
  write: (draft: string) => Promise<void> | void,
): Promise<void> {
  const draft = `${path}.draft`;
  await nodeDisk.remove(`${draft}-journal`);
  {
    // Made here and not by the engine, which would let everybody read it.
    await using _empty = await nodeDisk.open(draft, "replace", 0o600);
  }
  await write(draft);
  {
    await using file = await nodeDisk.open(draft, "update");
    await file.sync();
  }
  await nodeDisk.rename(draft, path);
  await nodeDisk.syncFolder(dirname(path));
}
