import type { WorkerPool } from "../core/pool.ts";
import type { Log } from "../core/log.ts";
import { entryModule } from "../core/module.ts";
import type { PagedFile } from "../stores/paged-file.ts";
import { ahead } from "./ahead.ts";
import { chunkIds, ChunkListWriter, type ChunkList } from "./chunk-list.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { isDamage } from "./format.ts";
import type { PageOrder, PageResult } from "./page-job.ts";
import { decodePageMap, segmentCount, segmentPages } from "./page-map.ts";
import type { PartEntry } from "./part-list.ts";

const PAGE_JOB = entryModule("repository/page-job");
/** What a page takes in a map at most, its run's name included. */
const MAP_BYTES_MAX = 80;

/** What storing pages works with. */
export interface PageStoring {
  readonly pool: WorkerPool;
  readonly store: ChunkStore;
  readonly reader: ChunkReader;
  readonly idKey: Uint8Array | null;
  /** Told what of the parent cannot be read; its pages are stored anew. */
  readonly log: Log;
}

interface Segment {
  readonly order: Omit<PageOrder, "parent" | "room">;
  /** Id of the parent's map of the same segment. */
  readonly parentMap: string | null;
}

/**
 * Stores a file of pages, one job a segment: pages that are as the parent snapshot has them, at the
 * same place, are neither compressed nor stored again. Gives the list of the segments' maps.
 */
export async function storePages(
  file: PagedFile,
  parent: PartEntry | null,
  tools: PageStoring,
  signal: AbortSignal,
): Promise<ChunkList> {
  const { pool, store } = tools;
  const maps = new ChunkListWriter(store);
  const rooms: ArrayBuffer[] = []; // those that nobody uses
  const work = async (segment: Segment): Promise<{ segment: Segment; result: PageResult }> => {
    signal.throwIfAborted();
    const known = await parentOf(segment, tools, signal);
    const room = rooms.pop() ?? new ArrayBuffer(roomSize(file));
    const order: PageOrder = { ...segment.order, parent: known, room };
    return { segment, result: await pool.run<PageResult>(PAGE_JOB, order, [room]) };
  };
  const segments = segmentsOf(file, parent, tools, signal);
  for await (const { segment, result } of ahead(segments, pool.size + 1, work)) {
    for (const run of result.runs) await store.add(run);
    if (result.map !== null) await store.add(result.map);
    await maps.add(result.map?.id ?? segment.parentMap ?? "");
    rooms.push(result.room);
  }
  return await maps.finish();
}

/** Bytes of a segment that cannot be compressed, and of its map. */
function roomSize({ pageSize, pageCount }: PagedFile): number {
  return Math.min(pageCount, segmentPages(pageSize)) * (pageSize + MAP_BYTES_MAX) + MAP_BYTES_MAX;
}

async function* segmentsOf(
  file: PagedFile,
  parent: PartEntry | null,
  tools: PageStoring,
  signal: AbortSignal,
): AsyncGenerator<Segment> {
  const { path, pageSize, pageCount } = file;
  const size = segmentPages(pageSize);
  const isComparable = parent?.pages?.pageSize === pageSize;
  const parentMaps = isComparable ? mapsOf(parent, tools, signal) : null;
  for (let at = 0; at < segmentCount(file); at += 1) {
    const firstPage = at * size;
    const count = Math.min(size, pageCount - firstPage);
    const order = { path, pageSize, firstPage, pageCount: count, idKey: tools.idKey };
    const map = await parentMaps?.next();
    yield { order, parentMap: map?.done === false ? map.value : null };
  }
}

/** The parent's page maps, as far as their list can be read. */
async function* mapsOf(
  { name, content }: PartEntry,
  { store, reader, log }: PageStoring,
  signal: AbortSignal,
): AsyncGenerator<string> {
  try {
    yield* chunkIds(content, reader, name, signal);
  } catch (error) {
    if (!isDamage(error)) throw error;
    if ("lists" in content) store.distrust(content.lists);
    log.warn("a list of the snapshot before is damaged: pages are stored anew", {
      found: error.message,
    });
  }
}

/** Runs that the repository has lost are told to the job, so that their pages are stored anew. */
async function parentOf(
  { parentMap }: Segment,
  { store, reader, log }: PageStoring,
  signal: AbortSignal,
): Promise<PageOrder["parent"]> {
  if (parentMap === null || !reader.has(parentMap)) return null;
  try {
    const map = await reader.read(parentMap, "the parent's page map", signal);
    const usable = decodePageMap(map).runs.map((id) => reader.has(id));
    return { map: Uint8Array.from(map), usable };
  } catch (error) {
    if (!isDamage(error)) throw error;
    store.distrust([parentMap]);
    log.warn("a page map of the snapshot before is damaged: its pages are stored anew", {
      found: error.message,
    });
    return null;
  }
}
