import { SalvorError } from "../core/errors.ts";
import { entryModule } from "../core/module.ts";
import { ahead } from "./ahead.ts";
import { ChunkIndex, readIndexes, storedPacks } from "./chunk-index.ts";
import type { IndexBlob, PackContents } from "./chunk-index.ts";
import type { EncodedChunk } from "./chunk.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { lockOutReaders, lockWriter, type RepositoryContext } from "./context.ts";
import type { CopyOrder } from "./copy-job.ts";
import { decideRetention, hasRule } from "./decide-retention.ts";
import { damaged, packName, snapshotName } from "./format.ts";
import { PackWriter } from "./pack-writer.ts";
import { planPacks, type PackPlan } from "./plan-packs.ts";
import { Reach } from "./reach.ts";
import { release } from "../core/release.ts";
import { readRecords, type NamedRecord } from "./records.ts";
import { pinsOf, readManifests, type NamedManifest } from "./snapshots.ts";
import type { PruneOptions, PruneResult, Retention } from "./types.ts";
import { writeIndexes } from "./write-indexes.ts";

const COPY_JOB = entryModule("repository/copy-job");
/** Chunks that one job copies. */
const COPY_CHUNKS = 16;
/** More indexes than this are put together. */
const INDEXES_MAX = 8;

/** What was decided, before anything is changed. */
interface PruneWork {
  readonly context: RepositoryContext;
  readonly removed: readonly NamedManifest[];
  readonly deadRecords: readonly NamedRecord[];
  readonly indexes: readonly IndexBlob[];
  readonly reader: ChunkReader;
  readonly packs: PackPlan;
  readonly signal: AbortSignal;
}

/**
 * Removes the snapshots that no rule keeps, and the packs that nothing needs any more. New packs
 * and the new index are on the disk before a snapshot goes, and the snapshots before what only they
 * needed: killed at any instant, every snapshot that is left can be restored.
 */
export async function pruneRepository(
  context: RepositoryContext,
  retention: Retention,
  options: PruneOptions,
  signal: AbortSignal,
): Promise<PruneResult> {
  if (!hasRule(retention)) throw noRule();
  await using _lock = await lockWriter(context, signal);
  const { manifests, damage } = await readManifests(context, signal);
  for (const { error } of damage) throw error; // what it needs cannot be known
  const { records } = await readRecords(context, signal);
  const known = records.map(({ record }) => record);
  const pins = pinsOf(manifests, known);
  const subjects = manifests.map(({ id, manifest }) => ({
    id,
    store: manifest.store,
    sequence: manifest.sequence,
    createdAt: manifest.createdAt,
    pins: pins.get(id) ?? [],
  }));
  const reasons = decideRetention(subjects, retention);
  const kept = manifests.filter(({ id }) => reasons.has(id));
  const removed = manifests.filter(({ id }) => !reasons.has(id));
  const deadRecords = records.filter(({ record }) => !reasons.has(record.snapshot));
  const work = { context, removed, deadRecords, signal, ...(await survey(context, kept, signal)) };
  if (!options.dryRun) await carryOut(work);
  return {
    removed: removed.map(({ id }) => id),
    kept: kept.map(({ id }) => ({ snapshot: id, reason: (reasons.get(id) ?? []).join("; ") })),
    freedBytes: work.packs.freedBytes,
  };
}

/** Finds what the kept snapshots need. BACKUP_DAMAGED when that cannot be known, or is not there. */
async function survey(
  context: RepositoryContext,
  kept: readonly NamedManifest[],
  signal: AbortSignal,
): Promise<Pick<PruneWork, "indexes" | "reader" | "packs">> {
  const { blobs, keys } = context;
  const stored = await storedPacks(blobs, signal);
  const indexes = await readIndexes(blobs, keys, signal);
  const present = indexes.flatMap(({ packs }) => packs).filter(({ hash }) => stored.has(hash));
  const index = new ChunkIndex(present);
  const reader = new ChunkReader(blobs, index, keys);
  const reach = new Reach(reader, (chunk) => index.has(chunk));
  for (const each of kept)
    for (const { message } of await reach.follow(each, signal))
      throw damaged(snapshotName(each.id), `${message}, so nothing is removed`);
  return { indexes, reader, packs: planPacks(stored, index, reach.needed) };
}

async function carryOut(work: PruneWork): Promise<void> {
  const { context, removed, deadRecords, packs, signal } = work;
  const { blobs } = context;
  const written = await repack(work);
  const goneIndexes = await renewIndexes(work, [...packs.keep, ...written]);
  const gonePacks = [...packs.remove, ...packs.repack.map(({ pack }) => pack.hash)];
  const isNothing =
    removed.length + deadRecords.length + goneIndexes.length + gonePacks.length === 0;
  if (isNothing) return;
  await using _readers = await lockOutReaders(context, signal);
  await blobs.remove(
    removed.map(({ id }) => snapshotName(id)),
    signal,
  );
  await blobs.remove(
    deadRecords.map(({ name }) => name),
    signal,
  );
  await blobs.remove(goneIndexes, signal);
  await blobs.remove(gonePacks.map(packName), signal);
}

/** Copies what is still needed out of packs that are mostly dead, each chunk proven on the way. */
async function repack({
  context,
  reader,
  packs,
  signal,
}: PruneWork): Promise<readonly PackContents[]> {
  const { blobs, keys, pool, world } = context;
  await using writer = new PackWriter({ blobs, keys, world }, signal);
  const groups = packs.repack.flatMap(({ live }) => chunked(live, COPY_CHUNKS));
  const copy = async (ids: readonly string[]): Promise<readonly EncodedChunk[]> => {
    signal.throwIfAborted();
    const fetched = await reader.fetch(ids, "what shall be kept", signal);
    const order: CopyOrder = { ...fetched, idKey: reader.idKey };
    return await pool.run<readonly EncodedChunk[]>(COPY_JOB, order, fetched.buffers);
  };
  for await (const chunks of ahead(groups, pool.size + 1, copy))
    for (const chunk of chunks) {
      await writer.add(chunk);
      release(chunk.stored);
    }
  return await writer.finish();
}

/** Writes the index of all that stays, when the old ones say anything else. Gives the old ones. */
async function renewIndexes(
  { context, indexes, signal }: PruneWork,
  packs: readonly PackContents[],
): Promise<readonly string[]> {
  const wanted = new Set(packs.map(({ hash }) => hash));
  const told = new Set(indexes.flatMap((each) => each.packs.map(({ hash }) => hash)));
  const isTold = wanted.size === told.size && packs.every(({ hash }) => told.has(hash));
  if (isTold && indexes.length <= INDEXES_MAX) return [];
  await writeIndexes(context, packs, signal);
  return indexes.map(({ name }) => name);
}

function chunked<T>(items: readonly T[], size: number): readonly T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

function noRule(): SalvorError {
  return new SalvorError("REFUSED", "no rule says how many snapshots to keep", {
    hint: "Set retention in salvor.yaml, or pass --keep-last, --keep-daily, ….",
  });
}
