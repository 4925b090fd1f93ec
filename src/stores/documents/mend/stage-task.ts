import { closeSync, copyFileSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

import { diskError, makeFolderDurably, nodeDisk, writeDurably } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import { showPath, type RawPath } from "../../files/raw-path.ts";
import { removeTree } from "../../files/remove-tree.ts";
import { syncTree } from "../../files/sync-tree.ts";
import type { HostTask } from "../../host/messages.ts";
import { readLive } from "./live-file.ts";
import { keptFolders, MANIFEST, OTHERS, type Round } from "./round.ts";

/** A round that is to be begun. */
export interface StageInput {
  readonly root: string;
  /** The round's folder. */
  readonly folder: string;
  /** Folder that has what files become. */
  readonly drafts: string;
  readonly round: Round;
  /** File that lists all others, in scratch space. */
  readonly others: string;
}

const { signal } = new AbortController();

/**
 * Copies files as they are, beside what they are to become, and writes the manifest last. Nothing of
 * the store changes. STORE_CHANGED when a file is not any more what was looked at.
 */
export const task: HostTask<StageInput, null> = async ({ root, folder, drafts, round, others }) => {
  removeTree(folder);
  const { before, after } = keptFolders(folder);
  await makeFolderDurably(nodeDisk, folder);
  for (const { raw, path, before: sha256, after: becomes } of round.changes) {
    if (sha256 !== null) copyLive(root, raw, { to: join(before, path), sha256 });
    if (becomes !== null) copy(join(drafts, path), join(after, path));
  }
  copy(others, join(folder, OTHERS));
  await syncTree(folder, signal);
  await writeDurably(nodeDisk, join(folder, MANIFEST), Buffer.from(JSON.stringify(round)));
  return null;
};

/** In one reading: what is kept is what was looked at. */
function copyLive(
  root: string,
  raw: RawPath,
  { to, sha256 }: { readonly to: string; readonly sha256: string },
): void {
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    const file = openSync(to, "w", 0o600);
    try {
      const write = (bytes: Uint8Array): void => {
        for (let done = 0; done < bytes.length;)
          done += writeSync(file, bytes, done, bytes.length - done);
      };
      if (readLive(root, raw, write).sha256 !== sha256) throw changed(root, raw);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw diskError(to, error);
  }
}

function changed(root: string, raw: RawPath): SalvorError {
  const message = `${root}/${showPath(raw)} was written to while it was mended`;
  return new SalvorError("STORE_CHANGED", message, {
    hint: "Stop what writes to it, or try again.",
  });
}

function copy(from: string, to: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    copyFileSync(from, to);
  } catch (error) {
    throw diskError(to, error);
  }
}
