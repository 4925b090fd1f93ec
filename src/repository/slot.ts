import { CHUNK_KINDS, CHUNK_SIZE_MAX, decode, nameChunk, RAW, ZSTD } from "./chunk.ts";
import type { ChunkKind, Compression, EncodedChunk } from "./chunk.ts";
import { damaged, FORMAT_VERSION, packName } from "./format.ts";
import { release, releaseBuffer } from "../core/release.ts";
import { SALT_SIZE, unseal, type Seal } from "./seal.ts";

/** Bytes before the first slot of a pack. */
export const PACK_HEADER_SIZE = 48;
/** Bytes before the chunk in a slot. */
export const SLOT_HEADER_SIZE = 44;
const MAGIC = Buffer.from("SALVPACK");
const SALT_AT = 16;

/** The first bytes of a pack. */
export interface PackHeader {
  readonly epoch: number;
  readonly salt: Buffer;
}

/** What stands before the stored bytes of a chunk. Lengths in bytes. */
export interface SlotHeader {
  readonly kind: ChunkKind;
  readonly compression: Compression;
  readonly plainLength: number;
  readonly storedLength: number;
  readonly id: string;
}

const KIND_OF = new Map<number, ChunkKind>(
  Object.entries(CHUNK_KINDS).map(([kind, number]) => [number, kind as ChunkKind] as const),
);

/** A pack's header as it is stored. */
export function encodePackHeader({ epoch, salt }: PackHeader): Buffer {
  const bytes = Buffer.alloc(PACK_HEADER_SIZE);
  MAGIC.copy(bytes);
  bytes.writeUInt8(FORMAT_VERSION, MAGIC.length);
  bytes.writeUInt32BE(epoch, 12);
  salt.copy(bytes, SALT_AT);
  return bytes;
}

/** Null when the bytes cannot be the beginning of a pack. */
export function decodePackHeader(bytes: Buffer): PackHeader | null {
  if (bytes.length < PACK_HEADER_SIZE || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    return null;
  if (bytes.readUInt32BE(MAGIC.length) !== FORMAT_VERSION << 24) return null;
  // Not from the pool that small Buffers share: it would go along into threads.
  const salt = Buffer.from(Uint8Array.from(bytes.subarray(SALT_AT, SALT_AT + SALT_SIZE)).buffer);
  return { epoch: bytes.readUInt32BE(12), salt };
}

/** A slot's header as it is stored. */
export function encodeSlotHeader(header: SlotHeader): Buffer {
  const bytes = Buffer.alloc(SLOT_HEADER_SIZE);
  bytes.writeUInt8(CHUNK_KINDS[header.kind], 0);
  bytes.writeUInt8(header.compression, 1);
  bytes.writeUInt32BE(header.plainLength, 4);
  bytes.writeUInt32BE(header.storedLength, 8);
  bytes.write(header.id, 12, "hex");
  return bytes;
}

/** Null when the bytes cannot be a slot's header. */
export function decodeSlotHeader(bytes: Buffer): SlotHeader | null {
  if (bytes.length < SLOT_HEADER_SIZE) return null;
  const kind = KIND_OF.get(bytes.readUInt8(0));
  const compression = bytes.readUInt8(1);
  const plainLength = bytes.readUInt32BE(4);
  if (kind === undefined || plainLength > CHUNK_SIZE_MAX || bytes.readUInt16BE(2) !== 0)
    return null;
  if (compression !== RAW && compression !== ZSTD) return null;
  const id = bytes.toString("hex", 12, SLOT_HEADER_SIZE);
  return { kind, compression, plainLength, storedLength: bytes.readUInt32BE(8), id };
}

/** What a slot is sealed with: which pack, which place, which chunk. */
export function associatedData(salt: Buffer, slot: number, header: SlotHeader): Buffer {
  const place = Buffer.alloc(4);
  place.writeUInt32BE(slot);
  return Buffer.concat([salt, place, encodeSlotHeader(header)]);
}

/** The header of a chunk that is about to be stored with `extra` bytes around it. */
export function headerOf(chunk: EncodedChunk, extra: number): SlotHeader {
  const { kind, compression, plainLength, id } = chunk;
  return { kind, compression, plainLength, id, storedLength: chunk.stored.length + extra };
}

/** A slot as it was read, with all that opening it needs. Crosses into threads as it is. */
export interface SealedSlot {
  readonly pack: string;
  readonly slot: number;
  /** Where its header begins in the pack. */
  readonly offset: number;
  readonly header: SlotHeader;
  readonly stored: Uint8Array;
  /** Null when the repository is not encrypted. */
  readonly sealed: { readonly seal: Seal; readonly salt: Uint8Array } | null;
}

/** The chunk of a slot, proven by its name. BACKUP_DAMAGED names the pack and the place. */
export function openSlot(slot: SealedSlot, idKey: Uint8Array | null): Uint8Array<ArrayBuffer> {
  const { stored, plain } = opened(slot, idKey);
  if (slot.sealed !== null && stored.buffer !== plain.buffer) release(stored);
  return plain;
}

/** The same, ready to be stored in another pack without being compressed again. */
export function reopenSlot(slot: SealedSlot, idKey: Uint8Array | null): EncodedChunk {
  const { kind, id, compression, plainLength } = slot.header;
  const { stored, plain } = opened(slot, idKey);
  if (stored.buffer !== plain.buffer) releaseBuffer(plain.buffer);
  return { kind, id, compression, plainLength, stored };
}

interface Opened {
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly plain: Uint8Array<ArrayBuffer>;
}

function opened(slot: SealedSlot, idKey: Uint8Array | null): Opened {
  const { header } = slot;
  try {
    const stored = unsealed(slot);
    const plain = decode({ ...header, stored });
    if (nameChunk(plain, idKey) === header.id) return { stored, plain };
  } catch (error) {
    throw slotDamaged(slot, "cannot be decoded", error);
  }
  throw slotDamaged(slot, "does not hash to its name");
}

function unsealed({ sealed, slot, header, stored }: SealedSlot): Uint8Array<ArrayBuffer> {
  if (sealed === null) return stored as Uint8Array<ArrayBuffer>;
  const salt = Buffer.from(sealed.salt);
  return unseal(sealed.seal, slot, associatedData(salt, slot, header), stored);
}

function slotDamaged(slot: SealedSlot, what: string, cause?: unknown): Error {
  const place = `slot ${slot.slot} at byte ${slot.offset} (chunk ${slot.header.id.slice(0, 16)}…)`;
  return damaged(packName(slot.pack), `${place} ${what}`, cause);
}
