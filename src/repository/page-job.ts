import { hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

import { SalvorError } from "../core/errors.ts";
import type { JobAnswer } from "../core/pool.ts";
import type { ChunkKind, EncodedChunk } from "./chunk.ts";
import { decodePageMap, digestAt, encodePageMap, RUN_PAGES_MAX, type PageMap } from "./page-map.ts";
import { Room } from "./room.ts";

/** One segment of a file of pages, and what the parent snapshot knows of the same place. */
export interface PageOrder {
  readonly path: string;
  readonly pageSize: number;
  readonly firstPage: number;
  readonly pageCount: number;
  /** The parent's map of this segment, and which of its runs can still be used. */
  readonly parent: { readonly map: Uint8Array; readonly usable: readonly boolean[] } | null;
  readonly idKey: Uint8Array | null;
  /** Goes along and comes back; what is to be stored lies in it. */
  readonly room: ArrayBuffer;
}

/** The chunks of a segment. `map` is null when every page is as the parent has it. */
export interface PageResult {
  readonly runs: readonly EncodedChunk[];
  readonly map: EncodedChunk | null;
  readonly room: ArrayBuffer;
}

/** Reads a segment, finds the pages that changed, compresses them in runs, maps all of them. */
export function job(order: PageOrder): JobAnswer<PageResult> {
  const bytes = readPages(order);
  const digests = digestPages(bytes, order);
  const parent = order.parent === null ? null : comparable(order, decodePageMap(order.parent.map));
  const isKept = keptPages(digests, parent, order);
  if (parent?.pageCount === order.pageCount && isKept.every(Boolean))
    return { output: { runs: [], map: null, room: order.room }, transfer: [order.room] };

  const room = new Room(order.room);
  const encode = (kind: ChunkKind, plain: Uint8Array<ArrayBuffer>): EncodedChunk =>
    room.encode(kind, plain, order.idKey);
  const changed = [...isKept.keys()].filter((page) => !isKept[page]);
  const runs = groups(changed).map((pages) => encode("pages", join(bytes, pages, order.pageSize)));
  const plan = placed({ order, digests, parent, isKept, changed, runs });
  const map = encode("map", encodePageMap(plan));
  return { output: { runs, map, room: order.room }, transfer: room.buffers() };
}

// A thread does one job at a time, and its buffers serve all of them: fresh ones for each segment
// would keep the memory of the whole process at a multiple of what is in use.
let segmentBuffer = Buffer.alloc(0);
let runBuffer = Buffer.alloc(0);

function readPages({ path, pageSize, firstPage, pageCount }: PageOrder): Buffer<ArrayBuffer> {
  const size = pageSize * pageCount;
  if (segmentBuffer.length < size) segmentBuffer = Buffer.allocUnsafeSlow(size);
  const bytes = segmentBuffer.subarray(0, size);
  const file = openSync(path, "r");
  try {
    for (let done = 0; done < bytes.length;) {
      const read = readSync(file, bytes, done, bytes.length - done, firstPage * pageSize + done);
      if (read === 0) throw tooShort(path, firstPage * pageSize + done);
      done += read;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function tooShort(path: string, at: number): SalvorError {
  return new SalvorError("FAULT", `the image ${path} ends at byte ${at}, before its last page`, {
    hint: "Run the backup again; something cut the scratch file while it was being read.",
  });
}

function digestPages(bytes: Uint8Array, { pageSize, pageCount }: PageOrder): Buffer {
  const digests = Buffer.alloc(pageCount * 32);
  for (let page = 0; page < pageCount; page += 1)
    digests.write(
      // As text of 32 letters: a Buffer for each page would cost a quarter of the hashing.
      hash("sha256", bytes.subarray(page * pageSize, (page + 1) * pageSize), "latin1"),
      page * 32,
      "latin1",
    );
  return digests;
}

/** A parent with another page size has nothing at the same place. */
function comparable(order: PageOrder, parent: PageMap): PageMap | null {
  return parent.pageSize === order.pageSize ? parent : null;
}

function keptPages(digests: Buffer, parent: PageMap | null, order: PageOrder): boolean[] {
  const usable = order.parent?.usable ?? [];
  return Array.from({ length: order.pageCount }, (_, page) => {
    if (parent === null || page >= parent.pageCount) return false;
    if (usable[parent.runOf[page] ?? -1] !== true) return false;
    return digests.compare(digestAt(parent, page), 0, 32, page * 32, page * 32 + 32) === 0;
  });
}

function groups(pages: readonly number[]): number[][] {
  const found: number[][] = [];
  for (let at = 0; at < pages.length; at += RUN_PAGES_MAX)
    found.push(pages.slice(at, at + RUN_PAGES_MAX));
  return found;
}

/** The pages one after the other, where they lie when they do so already. */
function join(
  bytes: Buffer<ArrayBuffer>,
  pages: readonly number[],
  pageSize: number,
): Buffer<ArrayBuffer> {
  const first = pages[0] ?? 0;
  const isStretch = (pages.at(-1) ?? 0) - first === pages.length - 1;
  if (isStretch) return bytes.subarray(first * pageSize, (first + pages.length) * pageSize);
  const size = pages.length * pageSize;
  if (runBuffer.length < size) runBuffer = Buffer.allocUnsafeSlow(size);
  const run = runBuffer.subarray(0, size);
  for (const [slot, page] of pages.entries())
    bytes.copy(run, slot * pageSize, page * pageSize, (page + 1) * pageSize);
  return run;
}

interface Placing {
  readonly order: PageOrder;
  readonly digests: Buffer;
  readonly parent: PageMap | null;
  readonly isKept: readonly boolean[];
  readonly changed: readonly number[];
  readonly runs: readonly EncodedChunk[];
}

/** Kept pages stay where the parent has them; changed ones lie in the new runs, in order. */
function placed({ order, digests, parent, isKept, changed, runs }: Placing): PageMap {
  const { pageSize, pageCount } = order;
  const ids: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (id: string): number => {
    const known = numbers.get(id);
    if (known !== undefined) return known;
    numbers.set(id, ids.length);
    return ids.push(id) - 1;
  };
  const runOf = new Uint16Array(pageCount);
  const slots = new Uint8Array(pageCount);
  for (const [at, page] of changed.entries()) {
    runOf[page] = numberOf(runs[Math.floor(at / RUN_PAGES_MAX)]?.id ?? "");
    slots[page] = at % RUN_PAGES_MAX;
  }
  for (let page = 0; page < pageCount; page += 1) {
    if (isKept[page] !== true || parent === null) continue;
    runOf[page] = numberOf(parent.runs[parent.runOf[page] ?? 0] ?? "");
    slots[page] = parent.slots[page] ?? 0;
  }
  return { pageSize, pageCount, runs: ids, runOf, slots, digests };
}
