import { ZSTD, type EncodedChunk } from "./chunk.ts";

/**
 * The same chunk in a buffer of its own, exactly as long as its bytes: what moves out of a thread
 * takes its whole buffer along, and may not share it.
 */
export function transferable(chunk: EncodedChunk): EncodedChunk {
  const { stored } = chunk;
  if (chunk.compression === ZSTD && stored.length === stored.buffer.byteLength) return chunk;
  return { ...chunk, stored: new Uint8Array(stored) };
}
