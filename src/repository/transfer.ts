import type { EncodedChunk } from "./chunk.ts";

/**
 * The same chunk in a buffer of its own, exactly as long as its bytes: what moves out of a thread
 * takes its whole buffer along, and may not share it.
 */
export function transferable(chunk: EncodedChunk): EncodedChunk {
  return { ...chunk, stored: new Uint8Array(chunk.stored) };
}
