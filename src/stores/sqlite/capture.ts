import { rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import { timestamp } from "../../core/world.ts";
import type { Image } from "../types.ts";
import { COMPANIONS, CONTENT_COMPANIONS } from "./address.ts";
import type { CaptureInput } from "./capture-task.ts";
import { openImage } from "./image.ts";
import type { LiveDatabase } from "./live.ts";
import type { MergeInput } from "./merge-task.ts";
import { preflightOf, type Preflight } from "./preflight.ts";
import type { SettleInput } from "./settle-task.ts";

/**
 * Copies one committed instant of the live database into scratch space, with the engine where
 * preflight lets it look, else as bytes that the engine then settles in the copy.
 */
export async function captureImage(live: LiveDatabase, signal: AbortSignal): Promise<Image> {
  const before = await preflightOf(live.context.hosts, live.path, signal);
  refuseUnreadable(live, before);
  return imageOfCopy(live, before, (path) => copyInstant(live, before, path, signal), signal);
}

async function imageOfCopy(
  live: LiveDatabase,
  before: Preflight,
  copy: (path: string) => Promise<void>,
  signal: AbortSignal,
): Promise<Image> {
  const path = join(live.context.scratch, `${live.context.world.newId("image")}.sqlite`);
  await refuseFull(live.path, dirname(path));
  const at = timestamp(live.context.world.now());
  const dispose = (): Promise<void> => removeDatabase(path);
  try {
    await copy(path);
    const after = await preflightOf(live.context.hosts, live.path, signal);
    const isQuiet = before.fingerprint === after.fingerprint;
    return await openImage({ live, path, at, preflight: before, isQuiet, dispose }, signal);
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** A database that nobody else uses is its own image; what lies in a -wal beside it is moved in. */
export async function imageInPlace(live: LiveDatabase, signal: AbortSignal): Promise<Image> {
  const before = await preflightOf(live.context.hosts, live.path, signal);
  refuseUnreadable(live, before);
  if (!isSettled(before)) await merge(live, live.path, signal);
  return openInPlace(live, before, signal);
}

/** A database of which not a byte may change: read where it is, or else settled in a copy. */
export async function imageOfFrozen(live: LiveDatabase, signal: AbortSignal): Promise<Image> {
  const before = await preflightOf(live.context.hosts, live.path, signal);
  refuseUnreadable(live, before);
  if (isSettled(before)) return openInPlace(live, before, signal);
  return imageOfCopy(live, before, (path) => copyAsBytes(live, path, signal), signal);
}

function isSettled({ verdict, wal, journal }: Preflight): boolean {
  // The image is read as bytes: a commit that still lies in a -wal would not be in it.
  return verdict === "engine" && wal === null && journal === null;
}

function openInPlace(
  live: LiveDatabase,
  preflight: Preflight,
  signal: AbortSignal,
): Promise<Image> {
  const at = timestamp(live.context.world.now());
  const { path } = live;
  const dispose = async (): Promise<void> => {};
  return openImage({ live, path, at, preflight, isQuiet: true, dispose }, signal);
}

/**
 * A database in WAL mode that nobody has open is copied as bytes: the engine would leave an empty
 * -wal and a -shm beside it. If somebody opens it meanwhile, the engine it is.
 */
async function copyInstant(
  live: LiveDatabase,
  found: Preflight,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const isAsleep = found.journalMode === "wal" && found.wal === null && found.journal === null;
  if (found.verdict !== "engine") return copyAsBytes(live, path, signal);
  if (!isAsleep) return copyByEngine(live, path, signal);
  try {
    await copyAsBytes(live, path, signal);
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "STORE_BUSY") throw error;
    await copyByEngine(live, path, signal);
  }
}

async function copyByEngine(live: LiveDatabase, path: string, signal: AbortSignal): Promise<void> {
  const input: CaptureInput = {
    path: live.path,
    target: path,
    busyTimeoutMs: live.busyTimeoutMs,
  };
  await live.context.hosts.run("engine", entryModule("stores/sqlite/capture-task"), input, signal);
}

async function copyAsBytes(live: LiveDatabase, path: string, signal: AbortSignal): Promise<void> {
  const input: SettleInput = { path: live.path, target: path };
  const { hosts } = live.context;
  const task = entryModule("stores/sqlite/settle-task");
  const copied = await hosts.run<readonly string[]>("bytes", task, input, signal);
  if (copied.length > 1) await merge(live, path, signal); // a file alone is settled already
}

async function merge({ context }: LiveDatabase, path: string, signal: AbortSignal): Promise<void> {
  const input: MergeInput = { path };
  await context.hosts.run("engine", entryModule("stores/sqlite/merge-task"), input, signal);
}

function refuseUnreadable({ identity, path }: LiveDatabase, found: Preflight): void {
  if (found.verdict !== "refuse") return;
  const [reason] = found.observations;
  const message = reason?.description ?? `${path} is not readable as an SQLite database`;
  if (reason?.code === "sqlite.file.permission") {
    throw new SalvorError("PERMISSION_DENIED", message, {
      hint: "Run as the user that owns it, or change its permissions.",
    });
  }
  const isMissing = reason?.code === "sqlite.file.missing";
  // On a path of the command line there is no store, and so no snapshot to bring back.
  const isStore = identity.name !== identity.options["path"];
  throw new SalvorError(isMissing ? "STORE_MISSING" : "STORE_DAMAGED", message, {
    hint: isStore
      ? `To bring it back: "salvor restore ${identity.name}@latest --in-place".`
      : "Name a file that is an SQLite database.",
  });
}

/** Scratch space for a copy is asked for before the first byte, with the number that is missing. */
async function refuseFull(path: string, scratch: string): Promise<void> {
  const sizes = await Promise.all(
    ["", ...CONTENT_COMPANIONS].map((ending) =>
      stat(path + ending).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  const needed = sizes.reduce((sum, size) => sum + size, 0);
  const { bavail, bsize } = await statfs(scratch);
  const free = bavail * bsize;
  if (free >= needed) return;
  throw new SalvorError(
    "DISK_FULL",
    `a copy of ${path} needs ${needed} bytes in ${scratch}, where ${free} are free`,
    { hint: "Free some space there, or point `state` in salvor.yaml to a larger disk." },
  );
}

async function removeDatabase(path: string): Promise<void> {
  await Promise.all(["", ...COMPANIONS].map((ending) => rm(path + ending, { force: true })));
}
