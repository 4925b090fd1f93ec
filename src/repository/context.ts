import type { Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import type { WorkerPool } from "../core/pool.ts";
import type { World } from "../core/world.ts";
import { ChunkIndex, packSize, readIndexBlobs, storedPacks } from "./chunk-index.ts";
import type { DamagedBlob, IndexBlob, PackContents } from "./chunk-index.ts";
import { ChunkReader } from "./chunk-reader.ts";
import type { RepositoryConfig } from "./config.ts";
import { hashOfName, PACKS } from "./format.ts";
import { scanPack, soundContents } from "./scan-pack.ts";
import type { Keys } from "./seal.ts";
import { SharedLease } from "./shared-lease.ts";

/** An open repository, as its use cases see it. */
export interface RepositoryContext {
  readonly blobs: Blobs;
  readonly config: RepositoryConfig;
  readonly keys: Keys | null;
  readonly pool: WorkerPool;
  readonly world: World;
  /** Keeps prune and repair out while anything is read. */
  readonly readers: SharedLease;
}

/** The lease that reading from these blobs goes by. */
export function readersOf(blobs: Blobs): SharedLease {
  return new SharedLease((signal) => blobs.lock("readers", "shared", signal));
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
  { blobs, readers }: RepositoryContext,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  return blobs.writable ? await readers.acquire(signal) : unlocked;
}

/** Nobody reads until it is disposed. Only the holder of the writer's lock asks. */
export async function lockOutReaders(
  { blobs }: RepositoryContext,
  signal: AbortSignal,
): Promise<AsyncDisposable> {
  return await blobs.lock("readers", "exclusive", signal);
}

/**
 * The index as it is on the disk now: it is never kept from one piece of work to the next. What only
 * a damaged index knew, or lay in a pack that is gone or cut off, counts as not stored, and is
 * stored anew: a new snapshot must never rest on what is only said to be there.
 */
export async function loadIndex(
  { blobs, keys, world }: RepositoryContext,
  signal: AbortSignal,
): Promise<ChunkIndex> {
  const { indexes, damage } = await readIndexBlobs(blobs, keys, signal);
  for (const { error } of damage)
    world.log.warn("an index is damaged: what only it knew is stored anew", {
      found: error.message,
    });
  const { present, lacking } = await sorted(blobs, indexes, signal);
  if (lacking.length > 0)
    world.log.warn("packs are missing or cut off: what they held is stored anew", {
      packs: lacking.length,
      hint: 'Run "salvor repository check".',
    });
  return new ChunkIndex(present);
}

/** The packs of indexes: those that are there with the size that they must have, and the others. */
async function sorted(
  blobs: Blobs,
  indexes: readonly IndexBlob[],
  signal: AbortSignal,
): Promise<{
  readonly present: readonly PackContents[];
  readonly lacking: readonly PackContents[];
}> {
  const stored = await storedPacks(blobs, signal);
  const isPresent = (pack: PackContents): boolean => stored.get(pack.hash) === packSize(pack);
  const told = indexes.flatMap(({ packs }) => packs);
  return { present: told.filter(isPresent), lacking: told.filter((pack) => !isPresent(pack)) };
}

/** A reader over the indexes as they are now, and those that could not be read. */
export interface OpenedReader {
  readonly reader: ChunkReader;
  readonly damage: readonly DamagedBlob[];
}

/**
 * Where indexes are damaged, or all gone, the packs that they named are read instead. A chunk that
 * lies in several packs is sought in one that is whole, as far as sizes tell.
 */
export async function openReader(
  { blobs, keys }: RepositoryContext,
  signal: AbortSignal,
): Promise<OpenedReader> {
  const { indexes, damage } = await readIndexBlobs(blobs, keys, signal);
  const { present, lacking } = await sorted(blobs, indexes, signal);
  const packs = [...present, ...lacking];
  const isEnough = damage.length === 0 && indexes.length > 0;
  const found = isEnough
    ? []
    : await scanOthers(blobs, new Set(packs.map(({ hash }) => hash)), signal);
  return { reader: new ChunkReader(blobs, new ChunkIndex([...packs, ...found]), keys), damage };
}

async function scanOthers(
  blobs: Blobs,
  known: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly PackContents[]> {
  const found: PackContents[] = [];
  for await (const { name } of blobs.list(PACKS, signal)) {
    const hash = hashOfName(name);
    if (hash === null || known.has(hash)) continue;
    const sound = soundContents(await scanPack(blobs, hash, signal));
    if (sound !== null) found.push(sound);
  }
  return found;
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
