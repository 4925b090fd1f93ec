import { dirname } from "node:path";

import { makeFolderDurably, type Disk } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import type { Content } from "../../types.ts";
import type { LogPlace } from "../place.ts";
import { buildSegments } from "./build-segments.ts";
import type { LiveLog } from "./live.ts";

/** Of our own making only: nobody else calls a file or a folder so. */
export const DRAFT = ".salvor-draft";

/**
 * Builds the log of a content at its address: draft, sync, rename, sync the folder. A crash leaves
 * nothing under the name, or all of it.
 *
 * @throws {SalvorError} NOT_EMPTY when the name is taken; BACKUP_DAMAGED when its bytes are not those that were stored.
 */
export async function restoreLog(
  { place, context: { disk } }: LiveLog,
  content: Content,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  await refuseTaken(disk, place);
  await makeFolderDurably(disk, dirname(place.address));
  const draft: LogPlace = { ...place, address: place.address + DRAFT };
  await disk.removeFolder(draft.address);
  try {
    await buildSegments(disk, draft, content, signal);
    await disk.rename(draft.address, place.address);
  } catch (error) {
    await disk.removeFolder(draft.address);
    throw error;
  }
  await disk.syncFolder(dirname(place.address));
}

async function refuseTaken(disk: Disk, { address }: LogPlace): Promise<void> {
  if ((await disk.stat(address)) === null) return;
  throw new SalvorError("NOT_EMPTY", `${address} exists already`, {
    hint: "Name a path that does not exist yet, or move what is there away first.",
  });
}
