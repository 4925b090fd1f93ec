import { SalvorError } from "../core/errors.ts";
import { entryModule } from "../core/module.ts";
import type { WorkerPool } from "../core/pool.ts";
import type { Part } from "../stores/types.ts";
import type { ChunkOrder } from "./chunk-job.ts";
import type { EncodedChunk } from "./chunk.ts";
import { ChunkListWriter } from "./chunk-list.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { cut, makeCutter, type Cutter } from "./cut.ts";
import type { PartEntry } from "./part-list.ts";
import { release } from "../core/release.ts";

const CHUNK_JOB = entryModule("repository/chunk-job");
/** Bytes of one job, so that ten thousand small parts are not ten thousand jobs. */
const BATCH_SIZE = 2 << 20;
const BATCH_ITEMS_MAX = 256;

type Item =
  | { readonly chunk: Uint8Array<ArrayBuffer> }
  | { readonly end: Omit<PartEntry, "content"> }
  | { readonly known: PartEntry };

interface Batch {
  readonly items: readonly Item[];
  readonly encoded: Promise<readonly EncodedChunk[]>;
}

/** What storing streams works with. */
export interface StreamStoring {
  readonly pool: WorkerPool;
  readonly store: ChunkStore;
  readonly idKey: Uint8Array | null;
  /** Gets each part when all its chunks are stored, in order. */
  readonly done: (entry: PartEntry) => Promise<void>;
}

/** Stores parts that are streams; cutting here, naming and compressing in the pool. */
export class StreamStorer implements AsyncDisposable {
  readonly #options: StreamStoring;
  readonly #cutter: Cutter;
  readonly #batches: Batch[] = [];
  #items: Item[] = [];
  #size = 0;
  #list: ChunkListWriter;

  constructor(options: StreamStoring) {
    this.#options = options;
    this.#cutter = makeCutter(options.idKey);
    this.#list = new ChunkListWriter(options.store);
  }

  /** Takes one part in; it is stored at the latest when `flush` returns. */
  async add(part: Part, signal: AbortSignal): Promise<void> {
    let size = 0;
    for await (const chunk of cut(part.open(signal), this.#cutter)) {
      signal.throwIfAborted();
      size += chunk.length;
      await this.#push({ chunk }, chunk.length);
    }
    if (part.size !== null && part.size !== size) throw sizeChanged(part.name, part.size, size);
    const { name, attributes, identity } = part;
    const end = { name, size, attributes, pages: null };
    await this.#push({ end: identity === undefined ? end : { ...end, identity } }, 0);
  }

  /** Takes over a part that is stored already, in its turn. */
  async keep(known: PartEntry): Promise<void> {
    await this.#push({ known }, 0);
  }

  async flush(): Promise<void> {
    this.#submit();
    while (this.#batches.length > 0) await this.#settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#batches.map(({ encoded }) => encoded));
  }

  async #push(item: Item, size: number): Promise<void> {
    this.#items.push(item);
    this.#size += size;
    if (this.#size < BATCH_SIZE && this.#items.length < BATCH_ITEMS_MAX) return;
    this.#submit();
    while (this.#batches.length > this.#options.pool.size + 1) await this.#settle();
  }

  #submit(): void {
    const { pool, idKey } = this.#options;
    const items = this.#items;
    this.#items = [];
    this.#size = 0;
    const plains = items.flatMap((item) => ("chunk" in item ? [item.chunk] : []));
    const order: ChunkOrder = { kind: "data", plains, idKey };
    const transfer = plains.map((plain) => plain.buffer);
    const encoded =
      plains.length === 0
        ? Promise.resolve([])
        : pool.run<readonly EncodedChunk[]>(CHUNK_JOB, order, transfer);
    encoded.catch(() => {}); // seen when its turn comes
    this.#batches.push({ items, encoded });
  }

  async #settle(): Promise<void> {
    const batch = this.#batches.shift();
    if (batch === undefined) return;
    const encoded = (await batch.encoded).values();
    for (const item of batch.items) {
      if ("end" in item) await this.#finish(item.end);
      else if ("known" in item) await this.#options.done(item.known);
      else await this.#keep(encoded.next().value);
    }
  }

  async #keep(chunk: EncodedChunk | undefined): Promise<void> {
    if (chunk === undefined) throw new RangeError("a job gave fewer chunks than it was given");
    await this.#options.store.add(chunk);
    release(chunk.stored);
    await this.#list.add(chunk.id);
  }

  async #finish(end: Omit<PartEntry, "content">): Promise<void> {
    const content = await this.#list.finish();
    this.#list = new ChunkListWriter(this.#options.store);
    await this.#options.done({ ...end, content });
  }
}

function sizeChanged(name: string, said: number, found: number): SalvorError {
  return new SalvorError("STORE_BUSY", `${name} has ${found} bytes instead of ${said}`, {
    hint: "It changed while it was being read. Run the backup again.",
  });
}
