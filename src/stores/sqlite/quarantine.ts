import { basename, join } from "node:path";

import { makeFolderDurably } from "../../core/disk.ts";
import { entryModule } from "../../core/module.ts";
import type { DriverContext, Quarantine } from "../types.ts";
import type { SettleInput } from "./settle-task.ts";

/**
 * Copies the live files, damaged or not, byte by byte, and syncs copies and names. A folder in the
 * database's place is none of them: the exchange moves it aside.
 *
 * @param fingerprint of the live database, taken before: what changes later is then noticed.
 */
export async function quarantineDatabase(
  { disk, hosts }: DriverContext,
  live: string,
  folder: string,
  fingerprint: string,
  signal: AbortSignal,
): Promise<Quarantine> {
  await makeFolderDurably(disk, folder);
  const address = join(folder, basename(live));
  for (const name of await disk.list(folder)) await disk.remove(join(folder, name));
  const input: SettleInput = { path: live, target: address, skipFolder: true };
  const task = entryModule("stores/sqlite/settle-task");
  const endings = await hosts.run<readonly string[]>("bytes", task, input, signal);
  for (const ending of endings) {
    await using file = await disk.open(address + ending, "update");
    await file.sync();
  }
  await disk.syncFolder(folder);
  return { folder, files: endings.map((each) => basename(live) + each), address, fingerprint };
}
