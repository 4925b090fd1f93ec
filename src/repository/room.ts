import { encodeChunk, RAW, type ChunkKind, type EncodedChunk } from "./chunk.ts";

/**
 * A buffer that goes to a thread with an order and comes back with the answer in it, again and again:
 * a fresh one each time would be the collector's to free, who comes by too late.
 */
export class Room {
  readonly #buffers = new Set<ArrayBuffer>();
  readonly #buffer: ArrayBuffer;
  #end = 0;

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer;
    this.#buffers.add(buffer);
  }

  /** Names and encodes a chunk; what is to be stored lies in the room, and nothing of `plain`. */
  encode(kind: ChunkKind, plain: Uint8Array<ArrayBuffer>, idKey: Uint8Array | null): EncodedChunk {
    const chunk = encodeChunk(kind, plain, idKey, (bytes) => this.#keep(bytes));
    return chunk.compression === RAW ? { ...chunk, stored: this.#keep(chunk.stored) } : chunk;
  }

  /** What moves with the answer: the room, and what did not fit into it. */
  buffers(): readonly ArrayBuffer[] {
    return [...this.#buffers];
  }

  #keep(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.#end + bytes.length > this.#buffer.byteLength) {
      const alone = new Uint8Array(bytes);
      this.#buffers.add(alone.buffer);
      return alone;
    }
    const kept = new Uint8Array(this.#buffer, this.#end, bytes.length);
    kept.set(bytes);
    this.#end += bytes.length;
    return kept;
  }
}
