import { dirname } from "node:path";

import type { Disk } from "../../core/disk.ts";

/**
 * A folder where the database should be is nothing that a copy could keep: it is moved aside when a
 * database comes in its place, under a name that its fingerprint tells, and so is found again.
 */
export async function moveFolderAside(
  disk: Disk,
  live: string,
  fingerprint: string,
): Promise<void> {
  const entry = await disk.stat(live);
  if (entry?.kind !== "folder") return;
  await disk.rename(live, asideOf(live, fingerprint));
  await disk.syncFolder(dirname(live));
}

/** Moves it back, once nothing has its name any more. */
export async function moveFolderBack(disk: Disk, live: string, fingerprint: string): Promise<void> {
  const aside = asideOf(live, fingerprint);
  if ((await disk.stat(aside)) !== null) await disk.rename(aside, live);
}

function asideOf(live: string, fingerprint: string): string {
  const [, identity = "unknown"] = /^file (\S+)/.exec(fingerprint) ?? [];
  return `${live}.salvor-aside-${identity.replaceAll(":", "-")}`;
}
