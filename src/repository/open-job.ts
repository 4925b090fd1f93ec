import type { SalvorError } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import type { JobAnswer } from "../core/pool.ts";
import { damaged } from "./format.ts";
import { decodePageMap, digestAt, type PageMap } from "./page-map.ts";
import { releaseBuffer } from "../core/release.ts";
import { openSlot, type SealedSlot } from "./slot.ts";

/** Chunks to be opened and proven, and how their bytes are put together. */
export interface OpenOrder {
  /** Distinct chunks; with a map they are its runs, in its order, or those that `begun` names. */
  readonly slots: readonly SealedSlot[];
  /** What the slots lie in, moved along: nobody reads it after this job. */
  readonly buffers: readonly ArrayBuffer[];
  readonly idKey: Uint8Array | null;
  /** Null: the chunks' bytes one after the other. */
  readonly map: Uint8Array | null;
  /**
   * Prove each page by its digest in the map too. The names of chunks prove every byte already; this
   * finds a map that was wrong when it was written, which is a question for `verify`.
   */
  readonly provePages: boolean;
  /** With a map: what is there already. Null: nothing is. */
  readonly begun: BegunSegment | null;
  /** What is being read, for errors. */
  readonly purpose: string;
}

/** A segment of which most is there: only these pages come from the chunks. */
export interface BegunSegment {
  /** Moved along, and answered. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lacking: Uint32Array;
  /** Numbers of the runs that the slots are, in their order. */
  readonly runs: readonly number[];
}

/** Opens chunks and gives the bytes that they make, every one of them proven. */
export function job(order: OpenOrder): JobAnswer<Uint8Array<ArrayBuffer>> {
  const output = order.map === null ? joined(order) : pagesOf(order, decodePageMap(order.map));
  for (const buffer of order.buffers) releaseBuffer(buffer);
  return { output, transfer: [output.buffer] };
}

function joined({ slots, idKey }: OpenOrder): Uint8Array<ArrayBuffer> {
  const total = slots.reduce((sum, slot) => sum + slot.header.plainLength, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const slot of slots) {
    const plain = openSlot(slot, idKey);
    bytes.set(plain, at);
    if (plain.buffer !== slot.stored.buffer) releaseBuffer(plain.buffer);
    at += slot.header.plainLength;
  }
  return bytes;
}

function pagesOf(order: OpenOrder, map: PageMap): Uint8Array<ArrayBuffer> {
  const { slots, idKey, provePages, purpose, begun } = order;
  const { pageSize, pageCount } = map;
  const bytes = begun?.bytes ?? new Uint8Array(pageSize * pageCount);
  const wanted = begun?.lacking ?? map.runOf.keys();
  const pagesOfRun = Map.groupBy(wanted, (page) => map.runOf[page] ?? -1);
  for (const [at, slot] of slots.entries()) {
    const plain = openSlot(slot, idKey);
    for (const page of pagesOfRun.get(begun?.runs[at] ?? at) ?? []) {
      const from = (map.slots[page] ?? 0) * pageSize;
      const content = plain.subarray(from, from + pageSize);
      if (content.length !== pageSize) throw notThere(page, purpose);
      if (provePages) proveDigest(content, map, page, purpose);
      bytes.set(content, page * pageSize);
    }
    if (plain.buffer !== slot.stored.buffer) releaseBuffer(plain.buffer);
  }
  return bytes;
}

function proveDigest(content: Uint8Array, map: PageMap, page: number, purpose: string): void {
  if (!sha256(content).equals(digestAt(map, page))) throw notThere(page, purpose);
}

function notThere(page: number, purpose: string): SalvorError {
  return damaged(purpose, `page ${page} of a segment is not the one that its map names`);
}
