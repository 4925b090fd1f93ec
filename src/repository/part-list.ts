import { canonicalJson, type JsonObject } from "../core/json.ts";
import { sha256 } from "../core/hash.ts";
import type { ChunkList } from "./chunk-list.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { ChunkStore } from "./chunk-store.ts";
import { damaged } from "./format.ts";

/** One part of a snapshot, as the list of parts holds it. */
export interface PartEntry {
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  readonly attributes: JsonObject;
  /** Equal to that of a later part of this name only when their bytes are. */
  readonly identity?: string;
  /** Null for a stream; for a file of pages `content` lists the maps of its segments. */
  readonly pages: { readonly pageSize: number; readonly pageCount: number } | null;
  readonly content: ChunkList;
}

const ENTRIES_MIN = 16;
const ENTRIES_MAX = 4096;
/** Bytes; far below what a chunk may hold, also when attributes are large. */
const SIZE_MAX = 4 << 20;
/** On average one entry in so many ends a chunk, so that an unchanged stretch is stored once. */
const CUT_MASK = 0xff;

/** Writes the list of parts: lines of JSON in chunks that end where an entry's own hash says so. */
export class PartListWriter {
  readonly #store: ChunkStore;
  readonly #ids: string[] = [];
  #lines: Buffer[] = [];
  #size = 0;

  constructor(store: ChunkStore) {
    this.#store = store;
  }

  async add(entry: PartEntry): Promise<void> {
    const line = Buffer.from(`${canonicalJson(entry as unknown as JsonObject)}\n`);
    if (this.#size + line.length > SIZE_MAX && this.#lines.length > 0) await this.#flush();
    this.#lines.push(line);
    this.#size += line.length;
    const isCut = (sha256(line)[0] ?? 0) === CUT_MASK && this.#lines.length >= ENTRIES_MIN;
    if (isCut || this.#lines.length >= ENTRIES_MAX) await this.#flush();
  }

  /** Ids of the chunks that hold the list. */
  async finish(): Promise<readonly string[]> {
    if (this.#lines.length > 0) await this.#flush();
    return this.#ids;
  }

  async #flush(): Promise<void> {
    const plain = Buffer.concat(this.#lines);
    this.#lines = [];
    this.#size = 0;
    this.#ids.push(await this.#store.put("parts", plain));
  }
}

/** The parts of a snapshot, in the order in which they were stored. */
export async function* partEntries(
  ids: readonly string[],
  reader: ChunkReader,
  purpose: string,
  signal: AbortSignal,
): AsyncGenerator<PartEntry> {
  for (const id of ids) {
    const plain = await reader.read(id, purpose, signal);
    for (const line of new TextDecoder().decode(plain).split("\n")) {
      if (line !== "") yield parseEntry(line, purpose);
    }
  }
}

function parseEntry(line: string, purpose: string): PartEntry {
  try {
    return JSON.parse(line) as PartEntry;
  } catch (error) {
    throw damaged(purpose, "the list of parts is not well formed", error);
  }
}
