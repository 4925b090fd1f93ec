import type { Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import { ahead } from "./ahead.ts";
import { damaged, INDEXES, hashOfName, PACKS } from "./format.ts";
import { unwrap } from "./envelope.ts";
import { PACK_HEADER_SIZE, SLOT_HEADER_SIZE } from "./slot.ts";
import { decodePackHeader, decodeSlotHeader, encodePackHeader, encodeSlotHeader } from "./slot.ts";
import type { PackHeader, SlotHeader } from "./slot.ts";
import type { Keys } from "./seal.ts";

/** What a pack holds, as an index repeats it. `hash` is the pack's name. */
export interface PackContents {
  readonly hash: string;
  readonly header: PackHeader;
  readonly slots: readonly SlotHeader[];
}

/** Where a chunk lies. `offset` is where its slot's header begins. */
export interface ChunkPlace {
  readonly pack: PackContents;
  readonly slot: number;
  readonly offset: number;
  readonly header: SlotHeader;
}

/** Bytes of a pack as its slots say. */
export function packSize(pack: PackContents): number {
  return pack.slots.reduce(
    (size, slot) => size + SLOT_HEADER_SIZE + slot.storedLength,
    PACK_HEADER_SIZE,
  );
}

/** All slots of a pack with their places, in order. */
export function* placesOf(pack: PackContents): Generator<ChunkPlace> {
  let offset = PACK_HEADER_SIZE;
  for (const [slot, header] of pack.slots.entries()) {
    yield { pack, slot, offset, header };
    offset += SLOT_HEADER_SIZE + header.storedLength;
  }
}

/** Which chunk lies where: all indexes of a repository together. */
export class ChunkIndex {
  readonly packs: ReadonlyMap<string, PackContents>;
  readonly #places = new Map<string, ChunkPlace>();

  /** A chunk that lies in several packs is found in the first that is given. */
  constructor(packs: Iterable<PackContents>) {
    const known = new Map<string, PackContents>();
    for (const pack of packs) {
      if (known.has(pack.hash)) continue;
      known.set(pack.hash, pack);
      for (const place of placesOf(pack))
        if (!this.#places.has(place.header.id)) this.#places.set(place.header.id, place);
    }
    this.packs = known;
  }

  get size(): number {
    return this.#places.size;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  get(id: string): ChunkPlace | undefined {
    return this.#places.get(id);
  }
}

/** One index blob as it was read. */
export interface IndexBlob {
  readonly name: string;
  readonly packs: readonly PackContents[];
}

/** A blob that cannot be read, and why. */
export interface DamagedBlob {
  readonly name: string;
  readonly error: SalvorError;
}

const ATTEMPTS = 5;
/** Indexes that are read at the same time: there may be thousands, and only so many open files. */
const READS_MAX = 16;

/** The packs that are there, whatever indexes say: hash and size in bytes. */
export async function storedPacks(
  blobs: Blobs,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const stored = new Map<string, number>();
  for await (const { name, size } of blobs.list(PACKS, signal)) {
    const hash = hashOfName(name);
    if (hash !== null) stored.set(hash, size);
  }
  return stored;
}

/** Reads every index. BACKUP_DAMAGED names the first that is damaged. */
export async function readIndexes(
  blobs: Blobs,
  keys: Keys | null,
  signal: AbortSignal,
): Promise<readonly IndexBlob[]> {
  const { indexes, damage } = await readIndexBlobs(blobs, keys, signal);
  for (const { error } of damage) throw error;
  return indexes;
}

/** The same, and damage is told. A writer may replace small ones by a large one meanwhile: again. */
export async function readIndexBlobs(
  blobs: Blobs,
  keys: Keys | null,
  signal: AbortSignal,
): Promise<{ readonly indexes: readonly IndexBlob[]; readonly damage: readonly DamagedBlob[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const names = (await Array.fromAsync(blobs.list(INDEXES, signal))).map(({ name }) => name);
    const read = (name: string): Promise<Buffer | null> => readUnlessGone(blobs, name, signal);
    const bytes = await Array.fromAsync(ahead(names, READS_MAX, read));
    if (bytes.includes(null) && attempt < ATTEMPTS) continue;
    const indexes: IndexBlob[] = [];
    const damage: DamagedBlob[] = [];
    for (const [at, name] of names.entries()) {
      try {
        indexes.push(...decodeNamed(name, bytes[at] ?? null, keys));
      } catch (error) {
        if (!(error instanceof SalvorError) || error.code !== "BACKUP_DAMAGED") throw error;
        damage.push({ name, error });
      }
    }
    return { indexes, damage };
  }
}

async function readUnlessGone(
  blobs: Blobs,
  name: string,
  signal: AbortSignal,
): Promise<Buffer | null> {
  try {
    return await blobs.read(name, null, signal);
  } catch (error) {
    if ((await blobs.size(name, signal)) === null) return null;
    throw error;
  }
}

function decodeNamed(name: string, bytes: Buffer | null, keys: Keys | null): IndexBlob[] {
  const hash = hashOfName(name);
  if (hash === null || bytes === null) return []; // no file of ours: `check` names it
  return [{ name, packs: decodeIndex(name, unwrap("index", bytes, { name, hash }, keys)) }];
}

/** The plain bytes of an index: each pack's name, its header, and the header of every slot. */
export function encodeIndex(packs: readonly PackContents[]): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [uint32(packs.length)];
  for (const pack of packs) {
    parts.push(Buffer.from(pack.hash, "hex"), encodePackHeader(pack.header));
    parts.push(uint32(pack.slots.length));
    for (const slot of pack.slots) parts.push(encodeSlotHeader(slot));
  }
  return Buffer.concat(parts);
}

/** The packs of an index; `name` is for the error only. */
function decodeIndex(name: string, plain: Uint8Array): PackContents[] {
  const bytes = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw damaged(name, "the index ends too early");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const packs = Array.from({ length: take(4).readUInt32BE() }, () => {
    const hash = take(32).toString("hex");
    const header = decodePackHeader(take(PACK_HEADER_SIZE));
    const slots = Array.from({ length: take(4).readUInt32BE() }, () =>
      decodeSlotHeader(take(SLOT_HEADER_SIZE)),
    );
    if (header === null || slots.includes(null))
      throw damaged(name, "the index is not well formed");
    return { hash, header, slots: slots.filter((slot) => slot !== null) };
  });
  if (at !== bytes.length) throw damaged(name, "the index is longer than it says");
  return packs;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
