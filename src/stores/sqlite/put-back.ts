import { basename, dirname, join } from "node:path";

import { copyDurably, type Disk } from "../../core/disk.ts";
import type { ExchangeOptions, Quarantine } from "../types.ts";
import { COMPANIONS, CONTENT_COMPANIONS } from "./address.ts";
import { moveFolderBack } from "./aside.ts";
import { keepPermissions, refuseUsed } from "./exchange.ts";
import { openersOf } from "./openers.ts";

const DRAFT = ".salvor-put-back";

/** What goes back where, and how it was found. */
export interface PutBackRequest {
  readonly disk: Disk;
  readonly live: string;
  readonly quarantine: Quarantine;
  /** The live database's fingerprint now. */
  readonly fingerprint: string;
  readonly options: ExchangeOptions;
}

/**
 * Puts the files of a quarantine back under the live names. It may be killed at any moment and be
 * called again: the quarantine itself is only read.
 */
export async function putBackDatabase(request: PutBackRequest): Promise<void> {
  if (await isBack(request)) return;
  const { disk, live, options } = request;
  refuseUsed(live, await openersOf(live), options);
  try {
    await putBackFiles(request);
  } finally {
    for (const ending of [DRAFT, `${DRAFT}.draft`]) await disk.remove(live + ending);
  }
}

/** Nothing was exchanged, or it is back already: the same file in the same state, and its companions. */
async function isBack({ disk, live, quarantine, fingerprint }: PutBackRequest): Promise<boolean> {
  if (fingerprint !== quarantine.fingerprint) return false;
  for (const ending of CONTENT_COMPANIONS) {
    const isThere = (await disk.stat(live + ending)) !== null;
    if (isThere !== quarantine.files.includes(basename(live) + ending)) return false;
  }
  return true;
}

async function putBackFiles({ disk, live, quarantine }: PutBackRequest): Promise<void> {
  const { folder, files } = quarantine;
  const name = basename(live);
  const draft = live + DRAFT;
  if (files.includes(name)) {
    await copyDurably(disk, join(folder, name), draft);
    await keepPermissions(disk, live, draft);
  }
  for (const ending of COMPANIONS) await disk.remove(live + ending);
  await disk.syncFolder(dirname(live));
  if (files.includes(name)) await disk.rename(draft, live);
  else {
    await disk.remove(live);
    await moveFolderBack(disk, live, quarantine.fingerprint);
  }
  for (const ending of CONTENT_COMPANIONS.filter((each) => files.includes(name + each))) {
    await copyDurably(disk, join(folder, name + ending), draft);
    // Who may open the database must be able to open these as well.
    await keepPermissions(disk, live, draft);
    await disk.rename(draft, live + ending);
  }
  await disk.syncFolder(dirname(live));
}
