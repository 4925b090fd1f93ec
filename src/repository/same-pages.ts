import { open } from "node:fs/promises";

import type { ByteRange, PagedFile } from "../stores/paged-file.ts";
import { comparePages } from "./compare-pages.ts";
import type { RepositoryContext } from "./context.ts";
import { readContent } from "./read-content.ts";
import type { PagedPart } from "./types.ts";

/**
 * Does a file of pages hold what a part of the snapshot holds, byte for byte but for what its engine
 * counts in the first page? Told by digests; only that page is read from the repository.
 */
export async function holdsSamePages(
  context: RepositoryContext,
  snapshot: string,
  part: PagedPart,
  signal: AbortSignal,
): Promise<boolean> {
  const ranges = await comparePages(context, snapshot, part, signal);
  if (ranges === null) return false;
  const [first, ...others] = ranges;
  if (first === undefined) return true;
  const { pages } = part;
  if (others.length > 0 || first[0] !== 1 || first[1] !== 1 || pages.counters === undefined)
    return false;
  const sealed = await firstPageOf(context, snapshot, part, signal);
  const found = await readFirst(pages);
  if (sealed?.length !== found.length) return false;
  return Buffer.compare(blanked(sealed, pages.counters), blanked(found, pages.counters)) === 0;
}

async function firstPageOf(
  context: RepositoryContext,
  snapshot: string,
  { name, pages }: PagedPart,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const content = await readContent(context, snapshot, signal);
  for await (const part of content.parts(signal)) {
    if (part.name !== name) continue;
    for await (const bytes of part.open(signal)) return bytes.subarray(0, pages.pageSize);
  }
  return null;
}

async function readFirst({ path, pageSize }: PagedFile): Promise<Uint8Array> {
  await using file = await open(path, "r");
  const page = new Uint8Array(pageSize);
  const { bytesRead } = await file.read(page, 0, pageSize, 0);
  return page.subarray(0, bytesRead);
}

function blanked(page: Uint8Array, ranges: readonly ByteRange[]): Uint8Array {
  const copy = page.slice();
  for (const [from, to] of ranges) copy.fill(0, from, to);
  return copy;
}
