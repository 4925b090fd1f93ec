import { basename, dirname, join } from "node:path";

import { copyDurably, type Disk } from "../../core/disk.ts";
import type { ExchangeOptions, Quarantine } from "../types.ts";
import { COMPANIONS, CONTENT_COMPANIONS } from "./address.ts";
import { keepPermissions, refuseUsed } from "./exchange.ts";
import { openersOf } from "./openers.ts";

const DRAFT = ".salvor-put-back";

/**
 * Puts the files of a quarantine back under the live names. It may be killed at any moment and be
 * called again: the quarantine itself is only read.
 */
export async function putBackDatabase(
  disk: Disk,
  live: string,
  { folder, files }: Quarantine,
  options: ExchangeOptions,
): Promise<void> {
  refuseUsed(live, await openersOf(live), options);
  const name = basename(live);
  const draft = live + DRAFT;
  if (files.includes(name)) {
    await copyDurably(disk, join(folder, name), draft);
    await keepPermissions(disk, live, draft);
  }
  for (const ending of COMPANIONS) await disk.remove(live + ending);
  await disk.syncFolder(dirname(live));
  if (files.includes(name)) await disk.rename(draft, live);
  else await disk.remove(live);
  for (const ending of CONTENT_COMPANIONS.filter((each) => files.includes(name + each))) {
    await copyDurably(disk, join(folder, name + ending), draft);
    // Who may open the database must be able to open these as well.
    await keepPermissions(disk, live, draft);
    await disk.rename(draft, live + ending);
  }
  await disk.syncFolder(dirname(live));
}
