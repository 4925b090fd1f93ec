import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Disk } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import type { World } from "../../core/world.ts";
import { assertBlobName, blobMissing } from "../names.ts";
import type { BlobEntry, BlobRange, Blobs } from "../types.ts";
import { startDraft } from "./draft.ts";
import { durableFolders } from "./folders.ts";
import { waitForLock } from "./lock.ts";

/** Where a folder of blobs lies, and through what it is reached. */
export interface LocalBlobsOptions {
  /** Absolute path; made by the first write when it does not exist. */
  readonly folder: string;
  readonly disk: Disk;
  readonly world: World;
  /** How long a lock is waited for before REPOSITORY_BUSY. */
  readonly lockWaitMs?: number;
}

const DRAFTS = "drafts";
const LOCKS = "locks";
const LOCK_WAIT_MS = 2_000;

/** Blobs as files of one folder. All changes go through the disk, locks through the kernel. */
export function openLocalBlobs(options: LocalBlobsOptions): Blobs {
  const { folder, disk, world } = options;
  const path = (name: string): string => {
    assertBlobName(name);
    return join(folder, name);
  };
  const folders = durableFolders(disk, folder);

  return {
    address: folder,
    writable: isWritable(folder),
    read: async (name, range, signal) => {
      signal.throwIfAborted();
      return await readRange(disk, { folder, name, path: path(name) }, range);
    },
    size: async (name, signal) => {
      signal.throwIfAborted();
      const found = await disk.stat(path(name));
      return found?.kind === "file" ? found.size : null;
    },
    list: (prefix, signal) => listFiles(disk, folder, prefix, signal),
    draft: async (signal) => {
      signal.throwIfAborted();
      await folders.ensure(join(folder, DRAFTS));
      return await startDraft({
        disk,
        path: join(folder, DRAFTS, world.newId("draft")),
        target: path,
        folders,
      });
    },
    rename: async (from, to, signal) => {
      signal.throwIfAborted();
      await folders.ensure(dirname(path(to)));
      await disk.rename(path(from), path(to));
      await disk.syncFolder(dirname(path(to)));
      await disk.syncFolder(dirname(path(from)));
    },
    remove: async (names, signal) => {
      signal.throwIfAborted();
      for (const name of names) await disk.remove(path(name));
      for (const each of new Set(names.map((name) => dirname(path(name)))))
        if ((await disk.stat(each)) !== null) await disk.syncFolder(each);
    },
    clean: async (signal) => {
      signal.throwIfAborted();
      await settle(disk, folder);
    },
    lock: async (name, mode, signal) => {
      await folders.ensure(join(folder, LOCKS));
      const request = {
        path: path(`${LOCKS}/${name}`),
        mode,
        subject: `the repository ${folder}`,
        busy: "REPOSITORY_BUSY",
        timeoutMs: 0,
        world,
      } as const;
      return await waitForLock(request, options.lockWaitMs ?? LOCK_WAIT_MS, signal);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function isWritable(folder: string): boolean {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  try {
    accessSync(at, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function readRange(
  disk: Disk,
  at: { readonly folder: string; readonly name: string; readonly path: string },
  range: BlobRange | null,
): Promise<Buffer> {
  if ((await disk.stat(at.path))?.kind !== "file") throw blobMissing(at.folder, at.name);
  await using file = await disk.open(at.path, "read");
  const offset = range?.offset ?? 0;
  // Not from the allocator's shared slab: these bytes are handed over to threads.
  const bytes = Buffer.allocUnsafeSlow(range?.length ?? Math.max(0, await file.size()));
  const length = await file.read(bytes, offset);
  if (length === bytes.length) return bytes;
  if (range === null) return bytes.subarray(0, length);
  throw new SalvorError(
    "BACKUP_DAMAGED",
    `${at.name} ends at byte ${offset + length}, but was to be read up to ${offset + range.length}`,
    { hint: 'Run "salvor repository check", then "salvor repository repair".' },
  );
}

async function* listFiles(
  disk: Disk,
  root: string,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<BlobEntry> {
  // Where a whole disk is the repository, this folder of the file system's is not ours to open.
  const names = prefix === "lost+found/" ? [] : await disk.list(join(root, prefix));
  const found: { name: string; entry: Awaited<ReturnType<Disk["stat"]>> }[] = [];
  for (const step of names) {
    signal.throwIfAborted();
    const name = prefix + step;
    const entry = await disk.stat(join(root, name));
    found.push({ name: entry?.kind === "folder" ? `${name}/` : name, entry });
  }
  // A folder's files come where their whole names sort, which is not where the folder's name does.
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, entry } of found) {
    if (entry === null) continue;
    if (entry.kind === "folder") yield* listFiles(disk, root, name, signal);
    else yield { name, size: entry.size, modifiedMs: entry.modifiedMs };
  }
}

/** A folder that we may not open is none of ours: `lost+found`, where a whole disk is the repository. */
async function syncOurs(disk: Disk, path: string): Promise<void> {
  try {
    await disk.syncFolder(path);
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "PERMISSION_DENIED") throw error;
  }
}

/**
 * Removes what dead writers drafted, and syncs the folders of what they named or removed: a killed
 * process may have renamed without syncing, and what we now see must outlive a power cut.
 */
async function settle(disk: Disk, root: string): Promise<void> {
  const drafts = join(root, DRAFTS);
  for (const name of await disk.list(drafts)) await disk.remove(join(drafts, name));
  for (const name of await disk.list(root)) {
    const path = join(root, name);
    if ((await disk.stat(path))?.kind === "folder") await syncOurs(disk, path);
  }
  if ((await disk.stat(root)) !== null) await disk.syncFolder(root);
}
