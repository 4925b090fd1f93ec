import type { JobAnswer } from "../core/pool.ts";
import { encodeChunk, type ChunkKind, type EncodedChunk } from "./chunk.ts";
import { transferable } from "./transfer.ts";

/** Chunks of one kind to be named and compressed; `idKey` is null when nothing is encrypted. */
export interface ChunkOrder {
  readonly kind: ChunkKind;
  readonly plains: readonly Uint8Array<ArrayBuffer>[];
  readonly idKey: Uint8Array | null;
}

/** Names and compresses chunks, in order. */
export function job({ kind, plains, idKey }: ChunkOrder): JobAnswer<readonly EncodedChunk[]> {
  const output = plains.map((plain) => transferable(encodeChunk(kind, plain, idKey)));
  return { output, transfer: output.map(({ stored }) => stored.buffer) };
}
