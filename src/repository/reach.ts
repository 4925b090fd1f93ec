import { chunkIds, type ChunkList } from "./chunk-list.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { isDamage, snapshotName } from "./format.ts";
import { decodePageMap } from "./page-map.ts";
import { partEntries, type PartEntry } from "./part-list.ts";
import type { NamedManifest } from "./snapshots.ts";

/** Something that a snapshot needs and the repository lacks. */
export interface Lack {
  /** The chunk, or null when what would name it could not be read. */
  readonly chunk: string | null;
  readonly message: string;
}

/**
 * Follows manifests to every chunk that they need. What snapshots share is followed once, so that a
 * hundred snapshots of one database cost little more than one.
 */
export class Reach {
  /** Every chunk that was needed so far. */
  readonly needed = new Set<string>();
  readonly #reader: ChunkReader;
  readonly #isGood: (chunk: string) => boolean;
  readonly #known = new Map<string, Promise<readonly Lack[]>>();

  /** @param isGood is the chunk there, and whole as far as is known? */
  constructor(reader: ChunkReader, isGood: (chunk: string) => boolean) {
    this.#reader = reader;
    this.#isGood = isGood;
  }

  /** What a snapshot lacks; empty when it can be restored whole. */
  async follow({ id, manifest }: NamedManifest, signal: AbortSignal): Promise<readonly Lack[]> {
    const purpose = snapshotName(id);
    const lacks: Lack[] = [];
    for (const chunk of manifest.parts)
      lacks.push(...(await this.#once(chunk, () => this.#partsIn(chunk, purpose, signal))));
    for (const { groups } of manifest.trees)
      lacks.push(...(await this.#list(groups, purpose, signal, (chunk) => this.#leaf(chunk))));
    return lacks;
  }

  async #once(chunk: string, inside: () => Promise<readonly Lack[]>): Promise<readonly Lack[]> {
    const known = this.#known.get(chunk);
    if (known !== undefined) return await known;
    const found = this.#enter(chunk, inside);
    this.#known.set(chunk, found);
    return await found;
  }

  async #enter(chunk: string, inside: () => Promise<readonly Lack[]>): Promise<readonly Lack[]> {
    const own = this.#leaf(chunk);
    return own.length > 0 ? own : await tolerant(inside);
  }

  #leaf(chunk: string): readonly Lack[] {
    this.needed.add(chunk);
    if (this.#isGood(chunk)) return [];
    return [{ chunk, message: `chunk ${chunk} is missing or damaged` }];
  }

  async #partsIn(chunk: string, purpose: string, signal: AbortSignal): Promise<readonly Lack[]> {
    const lacks: Lack[] = [];
    for await (const entry of partEntries([chunk], this.#reader, purpose, signal))
      lacks.push(...(await this.#part(entry, `${purpose}, part ${entry.name}`, signal)));
    return lacks;
  }

  async #part(entry: PartEntry, purpose: string, signal: AbortSignal): Promise<readonly Lack[]> {
    const each =
      entry.pages === null
        ? (chunk: string) => this.#leaf(chunk)
        : (map: string) => this.#once(map, () => this.#runsIn(map, purpose, signal));
    const lacks = await this.#list(entry.content, purpose, signal, each);
    return lacks.map((lack) => ({ ...lack, message: `part ${entry.name}: ${lack.message}` }));
  }

  async #runsIn(map: string, purpose: string, signal: AbortSignal): Promise<readonly Lack[]> {
    const plain = await this.#reader.read(map, purpose, signal);
    return decodePageMap(plain).runs.flatMap((run) => this.#leaf(run));
  }

  async #list(
    list: ChunkList,
    purpose: string,
    signal: AbortSignal,
    each: (chunk: string) => readonly Lack[] | Promise<readonly Lack[]>,
  ): Promise<readonly Lack[]> {
    const lacks = "lists" in list ? list.lists.flatMap((chunk) => this.#leaf(chunk)) : [];
    if (lacks.length > 0) return lacks;
    return await tolerant(async () => {
      const found: Lack[] = [];
      for await (const chunk of chunkIds(list, this.#reader, purpose, signal))
        found.push(...(await each(chunk)));
      return found;
    });
  }
}

/** Damage on the way is something that the snapshot lacks; everything else is thrown on. */
async function tolerant(work: () => Promise<readonly Lack[]>): Promise<readonly Lack[]> {
  try {
    return await work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [{ chunk: null, message: error.message }];
  }
}
