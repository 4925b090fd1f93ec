import type { ChunkReader } from "./chunk-reader.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { damaged } from "./format.ts";

/** A sequence of chunks: their ids, or, when they are many, the ids of the lists that hold them. */
export type ChunkList =
  | { readonly chunks: readonly string[] }
  | { readonly lists: readonly string[] };

const INLINE_MAX = 8;
const ID_SIZE = 32;
/** Ids of one list: 2 MiB. */
const LIST_MAX = 65_536;

/** Collects ids without holding more than one list of them. */
export class ChunkListWriter {
  readonly #store: ChunkStore;
  readonly #lists: string[] = [];
  #ids: string[] = [];

  constructor(store: ChunkStore) {
    this.#store = store;
  }

  async add(id: string): Promise<void> {
    this.#ids.push(id);
    if (this.#ids.length === LIST_MAX) await this.#flush();
  }

  async finish(): Promise<ChunkList> {
    if (this.#lists.length === 0 && this.#ids.length <= INLINE_MAX) return { chunks: this.#ids };
    if (this.#ids.length > 0) await this.#flush();
    return { lists: this.#lists };
  }

  async #flush(): Promise<void> {
    const plain = Buffer.concat(this.#ids.map((id) => Buffer.from(id, "hex")));
    this.#ids = [];
    this.#lists.push(await this.#store.put("list", plain));
  }
}

/** The ids of a list, in order. */
export async function* chunkIds(
  list: ChunkList,
  reader: ChunkReader,
  purpose: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if ("chunks" in list) {
    yield* list.chunks;
    return;
  }
  for (const id of list.lists) {
    const plain = await reader.read(id, purpose, signal);
    const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
    if (bytes.length % ID_SIZE !== 0) throw damaged(purpose, "a list of chunks is not well formed");
    for (let at = 0; at < bytes.length; at += ID_SIZE)
      yield bytes.toString("hex", at, at + ID_SIZE);
  }
}
