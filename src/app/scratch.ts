import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { knownError, nodeDisk } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { holdLock } from "../core/lock.ts";
import type { World } from "../core/world.ts";

const TURN_MS = 10_000;

/** A folder for what outlives no command: images, restored copies, sorted runs. Mode 0700. */
export interface Scratch extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes a scratch folder below `parent` and removes those of processes that were killed. A lock that
 * the kernel frees tells the dead from the living.
 */
export async function openScratch(parent: string, world: World): Promise<Scratch> {
  const path = join(parent, world.newId("scratch"));
  const lock = await makeIn(parent, path, world);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await lock[Symbol.asyncDispose]();
      // What cannot be removed now is removed by the next command.
      await rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
    },
  };
}

/** A full or failing disk is no fault of ours. */
async function makeIn(parent: string, path: string, world: World): Promise<AsyncDisposable> {
  try {
    await nodeDisk.makeFolder(parent);
    await refuseShared(parent);
    return await makeLocked(parent, path, world);
  } catch (error) {
    throw knownError(error);
  }
}

/** In /tmp anybody could have made a folder of this name before us, and would own what lies in it. */
async function refuseShared(folder: string): Promise<void> {
  const found = await lstat(folder);
  const isOurs = process.getuid === undefined || found.uid === process.getuid();
  if (found.isDirectory() && isOurs && (found.mode & 0o022) === 0) return;
  throw new SalvorError(
    "REFUSED",
    `others can write to ${folder}, where copies of data would lie`,
    {
      hint: "Remove it, or point TMPDIR to a folder of your own.",
    },
  );
}

/** One at a time: a new folder must not be taken for an abandoned one before its lock is held. */
async function makeLocked(parent: string, path: string, world: World): Promise<AsyncDisposable> {
  await using _turn = await lockFolder(parent, world, TURN_MS);
  await removeAbandoned(parent, world);
  await mkdir(path, { mode: 0o700 });
  return lockFolder(path, world, 0);
}

async function removeAbandoned(parent: string, world: World): Promise<void> {
  const names = await readdir(parent);
  for (const name of names.filter((each) => each.startsWith("scratch_"))) {
    await removeIfAbandoned(join(parent, name), world);
  }
}

async function removeIfAbandoned(path: string, world: World): Promise<void> {
  try {
    await using _lock = await lockFolder(path, world, 0);
    await rm(path, { recursive: true, force: true });
  } catch {
    // Its process lives, or it is being removed by another one: either way not ours to touch.
  }
}

function lockFolder(path: string, world: World, timeoutMs: number): Promise<AsyncDisposable> {
  return holdLock({
    path: join(path, "lock"),
    mode: "exclusive",
    subject: path,
    busy: "REPOSITORY_BUSY",
    timeoutMs,
    world,
  });
}
