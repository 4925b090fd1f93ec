import { timestamp } from "../core/world.ts";
import type { Part } from "../stores/types.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { ChunkStore } from "./chunk-store.ts";
import { completeConfigs } from "./config.ts";
import { loadIndex, lockWriter, putBlob, type RepositoryContext } from "./context.ts";
import { isDamage, snapshotName } from "./format.ts";
import { encodeManifest, type Manifest, type TreeEntry } from "./manifest.ts";
import { PackWriter } from "./pack-writer.ts";
import { partEntries, PartListWriter, type PartEntry } from "./part-list.ts";
import { readManifests, snapshotOf, type NamedManifest } from "./snapshots.ts";
import { storePages } from "./store-pages.ts";
import { StreamStorer } from "./store-streams.ts";
import { storeTree } from "./tree-chunks.ts";
import type { BackupInput, Snapshot } from "./types.ts";
import { writeIndexes } from "./write-indexes.ts";

/** What one backup works with. */
interface Session {
  readonly context: RepositoryContext;
  readonly input: BackupInput;
  readonly packs: PackWriter;
  readonly store: ChunkStore;
  readonly reader: ChunkReader;
  readonly parent: NamedManifest | null;
  readonly signal: AbortSignal;
}

/**
 * Stores a content and commits its manifest, last. Killed before that, it leaves what the next
 * backup can use and what `prune` collects, and nothing that anybody takes for a backup.
 */
export async function backupContent(
  context: RepositoryContext,
  input: BackupInput,
  signal: AbortSignal,
): Promise<Snapshot> {
  input.sealed.catch(() => {}); // it may fail long before it is awaited
  await using _lock = await lockWriter(context, signal);
  await completeConfigs(context.blobs, signal);
  const { blobs, keys, world } = context;
  const index = await loadIndex(context, signal);
  await using packs = new PackWriter({ blobs, keys, world }, signal);
  const store = new ChunkStore(index, packs, keys?.idKey ?? null);
  const reader = new ChunkReader(blobs, index, keys);
  const { parent, sequence } = await newestOf(context, input.store, signal);
  const session = { context, input, packs, store, reader, parent, signal };

  const { list, bytes } = await storeParts(session);
  const sealed = await input.sealed;
  const trees: TreeEntry[] = [];
  for (const tree of sealed.trees) trees.push(await storeTree(store, tree));
  const storedBytes = await commitChunks(session);
  const drops = parent === null ? [] : input.judge(parent.manifest.receipt, sealed.receipt);
  const manifest = {
    store: input.store,
    driver: input.driver,
    options: input.options,
    description: input.content.description,
    sequence,
    point: input.point,
    createdAt: timestamp(world.now()),
    parent: parent?.id ?? null,
    bytes,
    storedBytes,
    parts: list,
    receipt: sealed.receipt,
    trees,
    warnings: warningsOf(sealed.receipt.consistency, drops),
    drops,
  };
  return await commitManifest(session, manifest);
}

async function newestOf(
  context: RepositoryContext,
  store: string,
  signal: AbortSignal,
): Promise<{ readonly parent: NamedManifest | null; readonly sequence: number }> {
  const { manifests, damage } = await readManifests(context, signal);
  for (const { error } of damage) if (error.code === "DISK_FAILED") throw error;
  const parent = manifests.findLast(({ manifest }) => manifest.store === store) ?? null;
  // Any that cannot be read may be of this store, and newer: its number must not be given again.
  return { parent, sequence: (parent?.manifest.sequence ?? 0) + 1 + damage.length };
}

async function storeParts(
  session: Session,
): Promise<{ readonly list: readonly string[]; readonly bytes: number }> {
  const { context, input, store, signal } = session;
  const idKey = context.keys?.idKey ?? null;
  const parents = await knownPartsOf(session);
  const list = new PartListWriter(store);
  let bytes = 0;
  const done = async (entry: PartEntry): Promise<void> => {
    bytes += entry.size;
    await list.add(entry);
  };
  await using streams = new StreamStorer({ pool: context.pool, store, idKey, done });
  for await (const part of input.content.parts(signal)) {
    const known = parents.get(part.name) ?? null;
    if (part.pages === null && isSame(part, known, store)) {
      await streams.keep({ ...known, attributes: part.attributes });
    } else if (part.pages === null) {
      await streams.add(part, signal);
    } else {
      await streams.flush(); // parts are listed in the order in which they came
      await done(await pagedPart(part, part.pages, known, session));
    }
  }
  await streams.flush();
  return { list: await list.finish(), bytes };
}

async function pagedPart(
  part: Part,
  pages: NonNullable<Part["pages"]>,
  parent: PartEntry | null,
  { context, store, reader, signal }: Session,
): Promise<PartEntry> {
  const { name, attributes } = part;
  const { pageSize, pageCount } = pages;
  const idKey = context.keys?.idKey ?? null;
  const { pool, world } = context;
  const tools = { pool, store, reader, idKey, log: world.log };
  const content = await storePages(pages, parent, tools, signal);
  return { name, size: pageSize * pageCount, attributes, pages: { pageSize, pageCount }, content };
}

/** Was a part stored before as it is now, and is it still there? Long ones are looked at again. */
function isSame(part: Part, known: PartEntry | null, store: ChunkStore): known is PartEntry {
  if (known === null || part.identity === undefined || known.pages !== null) return false;
  if (known.identity !== part.identity || known.size !== part.size) return false;
  return "chunks" in known.content && known.content.chunks.every((id) => store.has(id));
}

/** The parent's parts that may be taken over, whole or by page. Where the parent is damaged, everything is stored anew. */
async function knownPartsOf(session: Session): Promise<ReadonlyMap<string, PartEntry>> {
  const { parent, reader, store, context, signal } = session;
  const found = new Map<string, PartEntry>();
  if (parent === null) return found;
  try {
    for await (const entry of partEntries(parent.manifest.parts, reader, parent.id, signal))
      if (entry.pages !== null || entry.identity !== undefined) found.set(entry.name, entry);
  } catch (error) {
    if (!isDamage(error)) throw error;
    store.distrust(parent.manifest.parts);
    context.world.log.warn("the snapshot before is damaged: everything is stored anew", {
      snapshot: parent.id,
      found: error.message,
    });
  }
  return found;
}

/** Packs first, then the index that finds their chunks. Gives the bytes that both take. */
async function commitChunks({ context, packs, signal }: Session): Promise<number> {
  const written = await packs.finish();
  if (written.length === 0) return 0;
  const { bytes } = await writeIndexes(context, written, signal);
  return packs.storedBytes + bytes;
}

async function commitManifest(
  { context, signal }: Session,
  content: Omit<Manifest, "formatVersion" | "minReader">,
): Promise<Snapshot> {
  const { id, bytes, manifest } = encodeManifest(content, context.keys, context.world);
  signal.throwIfAborted();
  await putBlob(context.blobs, snapshotName(id), bytes, signal);
  return snapshotOf({ id, manifest }, { level: "none", pins: [], drops: manifest.drops });
}

function warningsOf(consistency: string, drops: readonly string[]): readonly string[] {
  if (consistency !== "smeared") return drops;
  return [...drops, "the store changed while it was read: this snapshot belongs to no one instant"];
}
