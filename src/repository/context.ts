import type { Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import type { WorkerPool } from "../core/pool.ts";
import type { World } from "../core/world.ts";
import { ChunkIndex, readIndexes } from "./chunk-index.ts";
import { ChunkReader } from "./chunk-reader.ts";
import type { RepositoryConfig } from "./config.ts";
import type { Keys } from "./seal.ts";

/** An open repository, as its use cases see it. */
export interface RepositoryContext {
  readonly blobs: Blobs;
  readonly config: RepositoryConfig;
  readonly keys: Keys | null;
  readonly pool: WorkerPool;
  readonly world: World;
}

const unlocked: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} };

/** Nobody else writes until it is disposed. What dead writers left in the making is removed. */
export async function lockWriter(
  { blobs }: RepositoryContext,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  if (!blobs.writable) throw notWritable(blobs.address);
  const lock = await blobs.lock("writer", "exclusive", signal);
  try {
    await cleanUp(blobs, signal);
    return lock;
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function cleanUp(blobs: Blobs, signal: AbortSignal): Promise<void> {
  try {
    // Records are written without the writer's lock: their drafts are alive while this one is held.
    await using _drafts = await blobs.lock("records", "exclusive", signal);
    await blobs.clean(signal);
  } catch (error) {
    if (error instanceof SalvorError && error.code === "REPOSITORY_BUSY") return; // the next one will
    throw error;
  }
}

/** Small records are written by anybody at any time, but not while drafts are cleaned away. */
export async function lockRecords(
  { blobs }: RepositoryContext,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  if (!blobs.writable) throw notWritable(blobs.address);
  return await blobs.lock("records", "shared", signal);
}

/** Nothing is removed until it is disposed. On read-only media nobody could, and none is taken. */
export async function lockReader(
  { blobs }: RepositoryContext,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  return blobs.writable ? await blobs.lock("readers", "shared", signal) : unlocked;
}

/** Nobody reads until it is disposed. Only the holder of the writer's lock asks. */
export async function lockOutReaders(
  { blobs }: RepositoryContext,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  return await blobs.lock("readers", "exclusive", signal);
}

/** The index as it is on the disk now: it is never kept from one piece of work to the next. */
export async function loadIndex(
  { blobs, keys }: RepositoryContext,
  signal: AbortSignal,
): Promise<ChunkIndex> {
  const found = await readIndexes(blobs, keys, signal);
  return new ChunkIndex(found.flatMap(({ packs }) => packs));
}

/** A reader over the index as it is on the disk now. */
export async function openReader(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<ChunkReader> {
  return new ChunkReader(context.blobs, await loadIndex(context, signal), context.keys);
}

/** Writes one blob whole: named and on the disk when it returns. */
export async function putBlob(
  blobs: Blobs,
  name: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  await using draft = await blobs.draft(signal);
  await draft.append(bytes);
  await draft.commit(name);
}

function notWritable(address: string): SalvorError {
  return new SalvorError("PERMISSION_DENIED", `${address} cannot be written`, {
    hint: "Mount it writable, or run as the user that owns it.",
  });
}
