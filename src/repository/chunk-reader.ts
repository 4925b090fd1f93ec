import type { Blobs } from "../blobs/types.ts";
import type { ChunkIndex, ChunkPlace } from "./chunk-index.ts";
import { damaged, packName } from "./format.ts";
import { deriveSeal, type Keys, type Seal } from "./seal.ts";
import { openSlot, SLOT_HEADER_SIZE, type SealedSlot } from "./slot.ts";

/** Slots that lie closer together than this are read at once, gap included. Bytes. */
const GAP_MAX = 64 << 10;
const RANGE_MAX = 16 << 20;
/** What is read ahead of a small chunk, because its neighbours are mostly wanted next. */
const WINDOW_SIZE = 1 << 20;

/** Slots that were read, and the buffers that they lie in, as far as nobody else uses those. */
export interface Fetched {
  readonly slots: readonly SealedSlot[];
  readonly buffers: readonly ArrayBuffer[];
}

interface Window {
  readonly pack: string;
  readonly from: number;
  readonly bytes: Buffer;
}

/** Finds chunks by their names and reads them out of the packs. */
export class ChunkReader {
  readonly #blobs: Blobs;
  readonly #index: ChunkIndex;
  readonly #keys: Keys | null;
  readonly #seals = new Map<string, Seal>();
  readonly #packsUsed = new Set<string>();
  #window: Window | null = null;

  constructor(blobs: Blobs, index: ChunkIndex, keys: Keys | null) {
    this.#blobs = blobs;
    this.#index = index;
    this.#keys = keys;
  }

  get idKey(): Uint8Array | null {
    return this.#keys?.idKey ?? null;
  }

  has(id: string): boolean {
    return this.#index.has(id);
  }

  /** Names of the packs in which chunks were found so far. */
  packsUsed(): readonly string[] {
    return [...this.#packsUsed].sort();
  }

  /** Bytes of a chunk as its slot says; 0 when there is none. */
  plainLength(id: string): number {
    return this.#index.get(id)?.header.plainLength ?? 0;
  }

  /** The plain bytes of one small chunk, proven. `purpose` says in errors what it was wanted for. */
  async read(id: string, purpose: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const place = this.#locate(id, purpose);
    const stored = await this.#readNear(place, signal);
    return openSlot(this.#slotOf(place, stored), this.idKey);
  }

  /** The slots of many chunks, unopened, in the order of `ids`; near ones share one read. */
  async fetch(ids: readonly string[], purpose: string, signal: AbortSignal): Promise<Fetched> {
    const places = ids.map((id) => this.#locate(id, purpose));
    const slots = new Map<string, SealedSlot>();
    const buffers: ArrayBuffer[] = [];
    for (const group of neighbours(places)) {
      const from = group[0]?.offset ?? 0;
      const to = Math.max(...group.map(endOf));
      const name = packName(group[0]?.pack.hash ?? "");
      const bytes = await this.#blobs.read(name, { offset: from, length: to - from }, signal);
      if (isAlone(bytes)) buffers.push(bytes.buffer);
      for (const place of group) {
        const stored = bytes.subarray(startOf(place) - from, endOf(place) - from);
        slots.set(place.header.id, this.#slotOf(place, stored));
      }
    }
    return { slots: ids.flatMap((id) => slots.get(id) ?? []), buffers };
  }

  #locate(id: string, purpose: string): ChunkPlace {
    const place = this.#index.get(id);
    if (place !== undefined) {
      this.#packsUsed.add(place.pack.hash);
      return place;
    }
    throw damaged(purpose, `chunk ${id} is not in the repository any more`);
  }

  async #readNear(place: ChunkPlace, signal: AbortSignal): Promise<Buffer> {
    const { hash } = place.pack;
    const from = startOf(place);
    const length = endOf(place) - from;
    const window = this.#window;
    if (window?.pack === hash && window.from <= from) {
      const at = from - window.from;
      if (at + length <= window.bytes.length) return window.bytes.subarray(at, at + length);
    }
    const name = packName(hash);
    if (length >= WINDOW_SIZE / 4)
      return await this.#blobs.read(name, { offset: from, length }, signal);
    const size = (await this.#blobs.size(name, signal)) ?? 0;
    const wanted = Math.max(length, Math.min(WINDOW_SIZE, size - from));
    const bytes = await this.#blobs.read(name, { offset: from, length: wanted }, signal);
    this.#window = { pack: hash, from, bytes };
    return bytes.subarray(0, length);
  }

  #slotOf(place: ChunkPlace, stored: Uint8Array): SealedSlot {
    const { pack, slot, offset, header } = place;
    const { salt } = pack.header;
    const sealed = this.#keys === null ? null : { seal: this.#sealOf(place, this.#keys), salt };
    return { pack: pack.hash, slot, offset, header, stored, sealed };
  }

  #sealOf({ pack }: ChunkPlace, keys: Keys): Seal {
    const known = this.#seals.get(pack.hash);
    if (known !== undefined) return known;
    const seal = sealOfPack(pack.hash, pack.header, keys);
    this.#seals.set(pack.hash, seal);
    return seal;
  }
}

/** The key of a pack. A data key that is not there any more is BACKUP_DAMAGED. */
function sealOfPack(hash: string, header: { epoch: number; salt: Buffer }, keys: Keys): Seal {
  try {
    return deriveSeal(keys, header.epoch, header.salt, "pack");
  } catch (error) {
    throw damaged(packName(hash), "it was sealed under a key that is not here", error);
  }
}

/** Small ones may lie in the pool that all small Buffers share, and that cannot move to a thread. */
function isAlone(bytes: Buffer): bytes is Buffer<ArrayBuffer> {
  return bytes.length > 0 && bytes.length === bytes.buffer.byteLength;
}

const startOf = (place: ChunkPlace): number => place.offset + SLOT_HEADER_SIZE;
const endOf = (place: ChunkPlace): number => startOf(place) + place.header.storedLength;

function neighbours(places: readonly ChunkPlace[]): ChunkPlace[][] {
  const sorted = [...places].sort(
    (a, b) =>
      (a.pack.hash < b.pack.hash ? -1 : Number(a.pack.hash > b.pack.hash)) || a.offset - b.offset,
  );
  const groups: ChunkPlace[][] = [];
  for (const place of sorted) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const first = group?.[0];
    const isNear =
      group !== undefined &&
      last?.pack === place.pack &&
      place.offset - endOf(last) <= GAP_MAX &&
      endOf(place) - (first?.offset ?? 0) <= RANGE_MAX;
    if (isNear) group.push(place);
    else groups.push([place]);
  }
  return groups;
}
