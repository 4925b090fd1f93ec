import { encodeChunk, type ChunkKind, type EncodedChunk } from "./chunk.ts";
import type { ChunkIndex } from "./chunk-index.ts";
import type { PackWriter } from "./pack-writer.ts";

/** Where a backup puts its chunks: those that the repository has already are not stored again. */
export class ChunkStore {
  readonly #index: ChunkIndex;
  readonly #packs: PackWriter;
  readonly #idKey: Uint8Array | null;
  readonly #distrusted = new Set<string>();

  constructor(index: ChunkIndex, packs: PackWriter, idKey: Uint8Array | null) {
    this.#index = index;
    this.#packs = packs;
    this.#idKey = idKey;
  }

  /** These were found damaged, or cannot be told from what is: they are stored again when needed. */
  distrust(ids: Iterable<string>): void {
    for (const id of ids) this.#distrusted.add(id);
  }

  /** Is this chunk stored, as far as is known? */
  has(id: string): boolean {
    return (this.#index.has(id) && !this.#distrusted.has(id)) || this.#packs.has(id);
  }

  /** Stores what a job has encoded. */
  async add(chunk: EncodedChunk): Promise<void> {
    if (!this.has(chunk.id)) await this.#packs.add(chunk);
  }

  /** Encodes and stores small bytes; gives the chunk's id. */
  async put(kind: ChunkKind, plain: Uint8Array<ArrayBuffer>): Promise<string> {
    const chunk = encodeChunk(kind, plain, this.#idKey);
    await this.add(chunk);
    return chunk.id;
  }
}
