import { entryModule } from "../core/module.ts";
import type { PagedFile } from "../stores/paged-file.ts";
import { ahead } from "./ahead.ts";
import { chunkIds } from "./chunk-list.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { lockReader, openReader, type RepositoryContext } from "./context.ts";
import { segmentPages } from "./page-map.ts";
import { partEntries, type PartEntry } from "./part-list.ts";
import type { SegmentOrder } from "./segment-file.ts";
import { readManifest } from "./snapshots.ts";
import type { PagedPart } from "./types.ts";

const COMPARE_JOB = entryModule("repository/compare-pages-job");

/** Pages from one number to another, from 1, both inclusive. */
export type PageRange = readonly [from: number, to: number];

/**
 * Pages of a file that a snapshot has otherwise, told by their digests: no page is read from the
 * repository. Null when the snapshot has no such part, or one of another size of pages.
 */
export async function comparePages(
  context: RepositoryContext,
  snapshot: string,
  { name, pages }: PagedPart,
  signal: AbortSignal,
): Promise<readonly PageRange[] | null> {
  const { manifest } = await readManifest(context, snapshot, signal);
  await using _lock = await lockReader(context, signal);
  const { reader } = await openReader(context, signal);
  const entry = await entryNamed(manifest.parts, name, reader, snapshot, signal);
  if (entry?.pages?.pageSize !== pages.pageSize) return null;
  const ranges: [from: number, to: number][] = [];
  for await (const page of differing(context, entry, pages, reader, signal)) extend(ranges, page);
  const extra = [entry.pages.pageCount + 1, pages.pageCount] as const;
  return extra[0] > extra[1] ? ranges : [...ranges, extra];
}

async function entryNamed(
  list: readonly string[],
  name: string,
  reader: ChunkReader,
  snapshot: string,
  signal: AbortSignal,
): Promise<PartEntry | null> {
  for await (const entry of partEntries(list, reader, snapshot, signal))
    if (entry.name === name) return entry;
  return null;
}

/** Numbers of pages, from 1, in their order. */
async function* differing(
  context: RepositoryContext,
  { name, content }: PartEntry,
  { path, pageSize }: PagedFile,
  reader: ChunkReader,
  signal: AbortSignal,
): AsyncGenerator<number> {
  const size = segmentPages(pageSize);
  let segment = 0;
  const work = async (id: string): Promise<{ first: number; pages: Uint32Array }> => {
    signal.throwIfAborted();
    const firstPage = size * segment;
    segment += 1;
    const map = Uint8Array.from(await reader.read(id, name, signal));
    const order: SegmentOrder = { path, pageSize, firstPage, map };
    const pages = await context.pool.run<Uint32Array>(COMPARE_JOB, order);
    return { first: firstPage + 1, pages };
  };
  const maps = chunkIds(content, reader, name, signal);
  for await (const { first, pages } of ahead(maps, context.pool.size + 1, work))
    for (const page of pages) yield first + page;
}

/** Adds a page behind the others, or makes the last range longer. */
function extend(ranges: [from: number, to: number][], page: number): void {
  const last = ranges.at(-1);
  if (last?.[1] === page - 1) last[1] = page;
  else ranges.push([page, page]);
}
