import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { nodeDisk } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { holdLock } from "../core/lock.ts";
import type { World } from "../core/world.ts";

/** Who only looks whether a run is alive holds its lock for an instant: so often is it tried. */
const TRIES = 10;
const TRY_PAUSE_MS = 20;

/**
 * Holds a store, or the state of a projection, for one command: until disposed or until this process
 * is gone.
 *
 * @param folder the state's folder.
 * @throws {SalvorError} STORE_BUSY at once, naming the holder.
 */
export async function lockStore(
  folder: string,
  store: string,
  world: World,
  what: "projection" | "store" = "store",
): Promise<AsyncDisposable> {
  return holdLock({
    path: await lockPath(folder, "store", store),
    mode: "exclusive",
    subject: `${what} "${store}"`,
    busy: "STORE_BUSY",
    timeoutMs: 0,
    world,
  });
}

/** The right to follow the log of a projection. STORE_BUSY when another process does. */
export async function lockTail(
  folder: string,
  projection: string,
  world: World,
): Promise<AsyncDisposable> {
  return holdLock({
    path: await lockPath(folder, "tail", projection),
    mode: "exclusive",
    subject: `the tail of projection "${projection}"`,
    busy: "STORE_BUSY",
    timeoutMs: 0,
    world,
  });
}

/** True while a living process follows the log of a projection. */
export async function isTailed(folder: string, projection: string, world: World): Promise<boolean> {
  return isHeld(await lockPath(folder, "tail", projection), world);
}

/** The lock's file that whoever follows a log holds while it writes to the live state. */
export function turnPath(folder: string, projection: string): Promise<string> {
  return lockPath(folder, "turn", projection);
}

/** How long a transaction of somebody who follows a log may take. */
const TURN_TRIES = 500;

/** Keeps whoever follows the log of a projection from writing to its state, until disposed. */
export function holdTurn(
  folder: string,
  projection: string,
  world: World,
): Promise<AsyncDisposable> {
  return takeTurn(folder, projection, `the state of projection "${projection}"`, world);
}

/** The right to write to the file that keeps the damaged events of a log. */
export function holdDamagedEvents(
  folder: string,
  log: string,
  world: World,
): Promise<AsyncDisposable> {
  // No projection has a point in its name.
  return takeTurn(folder, `${log}.events`, `the file of damaged events of "${log}"`, world);
}

async function takeTurn(
  folder: string,
  name: string,
  subject: string,
  world: World,
): Promise<AsyncDisposable> {
  const path = await turnPath(folder, name);
  const request = { path, subject, mode: "exclusive", busy: "STORE_BUSY", timeoutMs: 0 } as const;
  return persistently(world, () => holdLock({ ...request, world }), TURN_TRIES);
}

/** The right to work on a run, and at its end the removal of what stood for that right. */
export interface RunLock extends AsyncDisposable {
  /** The run is over for good: its lock's file goes when the lock is given back. */
  retire(): Promise<void>;
}

/** Holds a run for the process that works on it. STORE_BUSY when another one does. */
export async function lockRun(folder: string, run: string, world: World): Promise<RunLock> {
  const path = await lockPath(folder, "run", run);
  const held = await persistently(world, () =>
    holdLock({
      path,
      mode: "exclusive",
      subject: `run ${run}`,
      busy: "STORE_BUSY",
      timeoutMs: 0,
      world,
    }),
  );
  return {
    // Before it is given back: who waits for it then holds a file without a name, and looks again.
    retire: () => rm(path, { force: true }),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

/** The engine's own waiting would stop this whole process. */
async function persistently<Result>(
  world: World,
  work: () => Promise<Result>,
  tries = TRIES,
): Promise<Result> {
  for (let left = tries; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isStoreBusy(error)) throw error;
    }
    await world.sleep(TRY_PAUSE_MS, new AbortController().signal);
  }
}

function isStoreBusy(error: unknown): boolean {
  return error instanceof SalvorError && error.code === "STORE_BUSY";
}

/** True while a living process holds the run. */
export async function isRunHeld(folder: string, run: string, world: World): Promise<boolean> {
  return isHeld(await lockPath(folder, "run", run), world);
}

async function isHeld(path: string, world: World): Promise<boolean> {
  if (!existsSync(path)) return false;
  try {
    await using _look = await holdLock({
      path,
      mode: "shared",
      subject: path,
      busy: "STORE_BUSY",
      timeoutMs: 0,
      world,
    });
    return false;
  } catch (error) {
    if (isStoreBusy(error)) return true;
    throw error;
  }
}

async function lockPath(
  folder: string,
  kind: "run" | "store" | "tail" | "turn",
  name: string,
): Promise<string> {
  const locks = join(folder, "locks");
  await nodeDisk.makeFolder(locks);
  return join(locks, `${kind}-${safeName(name)}.lock`);
}

/** Short plain names as they are; all others, which could leave the folder, by their hash. */
function safeName(name: string): string {
  if (/^[a-z0-9_-]{1,80}$/.test(name)) return name;
  return `~${sha256Hex(Buffer.from(name, "utf8")).slice(0, 32)}`;
}
