import { entryModule } from "../core/module.ts";
import type { SealedReceipt, Tree } from "../receipts/types.ts";
import type { Content, Part } from "../stores/types.ts";
import { ahead } from "./ahead.ts";
import { chunkIds } from "./chunk-list.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { lockReader, openReader, type RepositoryContext } from "./context.ts";
import { damaged } from "./format.ts";
import type { OpenOrder } from "./open-job.ts";
import { decodePageMap, segmentCount, segmentPages } from "./page-map.ts";
import { partEntries, type PartEntry } from "./part-list.ts";
import type { Seeded } from "./seed-job.ts";
import type { SegmentOrder } from "./segment-file.ts";
import { readManifest } from "./snapshots.ts";
import { readTree } from "./tree-chunks.ts";

const OPEN_JOB = entryModule("repository/open-job");
const SEED_JOB = entryModule("repository/seed-job");
/** Chunks of a stream that are opened by one job, and their bytes at most. */
const GROUP_CHUNKS_MAX = 4;
/** Chunks up to this size are opened here: handing them to a thread would take longer. Bytes. */
const SMALL = 128 << 10;

/**
 * The parts of a snapshot, each chunk proven by its name before a byte of it is handed out.
 *
 * @param seed path of a file that may hold many of its pages: what digests prove is taken from there.
 */
export async function readContent(
  context: RepositoryContext,
  snapshot: string,
  signal: AbortSignal,
  seed: string | null = null,
): Promise<Content> {
  const { manifest } = await readManifest(context, snapshot, signal);
  return {
    description: manifest.description,
    parts: (partsSignal) => partsOf(context, { snapshot, list: manifest.parts, seed }, partsSignal),
  };
}

interface SeededParts {
  readonly snapshot: string;
  readonly list: readonly string[];
  readonly seed: string | null;
}

async function* partsOf(
  context: RepositoryContext,
  { snapshot, list, seed }: SeededParts,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  await using _lock = await lockReader(context, signal);
  const { reader } = await openReader(context, signal);
  for await (const entry of partEntries(list, reader, placeOf(snapshot), signal))
    yield partOf(context, { snapshot, entry, seed }, reader);
}

/** Where something was found to be wrong, for errors. */
const placeOf = (snapshot: string): string => `snapshot ${snapshot.slice(0, 16)}`;

interface SeededPart {
  readonly snapshot: string;
  readonly entry: PartEntry;
  readonly seed: string | null;
}

function partOf(
  context: RepositoryContext,
  { snapshot, entry, seed }: SeededPart,
  reader: ChunkReader,
): Part {
  const { name, size, attributes } = entry;
  return {
    name,
    size,
    attributes,
    pages: null,
    open: async function* open(signal) {
      // The list may have been read to its end before: this keeps prune out while bytes are read.
      await using _lock = await lockReader(context, signal);
      yield* readPart(context, snapshot, entry, reader, signal, { provePages: false, seed });
    },
  };
}

/** How the bytes of a part are come by. */
export interface ReadTerms {
  /** By their digests too; the names of chunks prove every byte in any case. */
  readonly provePages: boolean;
  /** A file that may hold many of its pages; null: all of them come from the repository. */
  readonly seed: string | null;
}

const PROVEN: ReadTerms = { provePages: true, seed: null };

/** The bytes of one part, in order. The caller keeps prune out. */
export async function* readPart(
  context: RepositoryContext,
  snapshot: string,
  entry: PartEntry,
  reader: ChunkReader,
  signal: AbortSignal,
  terms: ReadTerms = PROVEN,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const purpose = `${placeOf(snapshot)}, part ${entry.name}`;
  const ids = chunkIds(entry.content, reader, purpose, signal);
  const tools = { context, reader, purpose, ...terms, signal };
  const portions =
    entry.pages === null ? readStream(ids, tools) : readPages(ids, entry.pages.pageSize, tools);
  let size = 0;
  let segments = 0;
  for await (const bytes of portions) {
    size += bytes.length;
    segments += 1;
    yield bytes;
  }
  const isWhole = entry.pages === null || segments === segmentCount(entry.pages);
  if (size !== entry.size || !isWhole)
    throw damaged(purpose, `it has ${size} bytes instead of ${entry.size}`);
}

interface Tools extends ReadTerms {
  readonly context: RepositoryContext;
  readonly reader: ChunkReader;
  readonly purpose: string;
  readonly signal: AbortSignal;
}

async function* readPages(
  maps: AsyncIterable<string>,
  pageSize: number,
  tools: Tools,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { context, reader, purpose, seed, signal } = tools;
  let firstPage = 0;
  const work = async (id: string): Promise<Uint8Array<ArrayBuffer>> => {
    signal.throwIfAborted();
    const from = firstPage;
    firstPage += segmentPages(pageSize);
    const map = Uint8Array.from(await reader.read(id, purpose, signal));
    if (seed === null) return openSegment(map, null, tools);
    const order: SegmentOrder = { path: seed, pageSize, firstPage: from, map };
    const seeded = await context.pool.run<Seeded>(SEED_JOB, order);
    return seeded.lacking.length === 0 ? seeded.bytes : openSegment(map, seeded, tools);
  };
  yield* ahead(maps, context.pool.size + 1, work);
}

/** All pages of a segment, or those that a seed lacks; these are proven by their digests like its own. */
async function openSegment(
  map: Uint8Array,
  seeded: Seeded | null,
  { context, reader, purpose, provePages, signal }: Tools,
): Promise<Uint8Array<ArrayBuffer>> {
  const { runs, runOf } = decodePageMap(map);
  const asked = seeded === null ? null : new Set([...seeded.lacking].map((page) => runOf[page]));
  const used = [...runs.keys()].filter((run) => asked === null || asked.has(run));
  const ids = used.flatMap((run) => runs[run] ?? []);
  const fetched = await reader.fetch(ids, purpose, signal);
  const order: OpenOrder = {
    ...fetched,
    idKey: reader.idKey,
    map,
    provePages: provePages || seeded !== null,
    begun: seeded === null ? null : { ...seeded, runs: used },
    purpose,
  };
  const moved = seeded === null ? [] : [seeded.bytes.buffer];
  const transfer = [...fetched.buffers, ...moved];
  return await context.pool.run<Uint8Array<ArrayBuffer>>(OPEN_JOB, order, transfer);
}

async function* readStream(
  ids: AsyncIterable<string>,
  { context, reader, purpose, provePages, signal }: Tools,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const work = async (group: readonly string[]): Promise<Uint8Array<ArrayBuffer>> => {
    signal.throwIfAborted();
    const [only] = group;
    if (group.length === 1 && only !== undefined && reader.plainLength(only) <= SMALL)
      return await reader.read(only, purpose, signal);
    const fetched = await reader.fetch(group, purpose, signal);
    const { idKey } = reader;
    const order: OpenOrder = { ...fetched, idKey, map: null, provePages, begun: null, purpose };
    return await context.pool.run<Uint8Array<ArrayBuffer>>(OPEN_JOB, order, fetched.buffers);
  };
  yield* ahead(grouped(ids), context.pool.size + 1, work);
}

async function* grouped(ids: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let group: string[] = [];
  for await (const id of ids) {
    group.push(id);
    if (group.length < GROUP_CHUNKS_MAX) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The receipt that was sealed with a snapshot, with its trees. */
export async function readSealed(
  context: RepositoryContext,
  snapshot: string,
  signal: AbortSignal,
): Promise<SealedReceipt> {
  const { manifest } = await readManifest(context, snapshot, signal);
  await using _lock = await lockReader(context, signal);
  const { reader } = await openReader(context, signal);
  const trees: Tree[] = [];
  for (const tree of manifest.trees) {
    const purpose = `${placeOf(snapshot)}, tree of ${tree.collection}`;
    trees.push(await readTree(reader, tree, purpose, signal));
  }
  return { receipt: manifest.receipt, trees };
}
