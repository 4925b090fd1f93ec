// What stands beside a key where keys and references to them are brought together: who has it.

/** Sorted in this order among equal keys. */
export const DEFINED = 0;
/** A reference that is declared. */
export const REFERENCE = 1;
/** A value that could be a reference. */
export const CANDIDATE = 2;

/** Where a key, or a reference to one, was seen. */
export interface Sighting {
  readonly role: typeof DEFINED | typeof REFERENCE | typeof CANDIDATE;
  /** Place of the collection that the document belongs to. */
  readonly collection: number;
  /** Number of its file. */
  readonly file: number;
  /** Where the document begins, in bytes. */
  readonly byte: number;
  /** From 1. */
  readonly line: number;
  /** Place among the fields that refer; 0 for a key. */
  readonly field: number;
  /** JSON pointer from the root of the file. */
  readonly pointer: string;
  /** Canonical key of the document; empty when it has none. */
  readonly key: Uint8Array;
}

const FIXED = 23;

/** As bytes: what tells most comes first, so that equal keys are sorted by it. */
export function packSighting(given: Sighting): Uint8Array {
  const pointer = Buffer.from(given.pointer);
  const bytes = Buffer.alloc(FIXED + pointer.length + given.key.length);
  bytes.writeUInt8(given.role, 0);
  bytes.writeUInt16BE(given.collection, 1);
  bytes.writeUInt32BE(given.file, 3);
  bytes.writeUIntBE(given.byte, 7, 6);
  bytes.writeUInt32BE(given.line, 13);
  bytes.writeUInt16BE(given.field, 17);
  bytes.writeUInt32BE(pointer.length, 19);
  bytes.set(pointer, FIXED);
  bytes.set(given.key, FIXED + pointer.length);
  return bytes;
}

/** What the bytes say; the key is a copy. */
export function readSighting(bytes: Uint8Array): Sighting {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const behindPointer = FIXED + all.readUInt32BE(19);
  return {
    role: all.readUInt8(0) as Sighting["role"],
    collection: all.readUInt16BE(1),
    file: all.readUInt32BE(3),
    byte: all.readUIntBE(7, 6),
    line: all.readUInt32BE(13),
    field: all.readUInt16BE(17),
    pointer: all.toString("utf8", FIXED, behindPointer),
    key: Uint8Array.from(all.subarray(behindPointer)),
  };
}
