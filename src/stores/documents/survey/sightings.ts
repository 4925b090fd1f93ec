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

/** Sightings are so many that each gets its bytes lent: room for one, which grows. */
let room = Buffer.alloc(256);

/**
 * As bytes: what tells most comes first, so that equal keys are sorted by it. They are overwritten
 * by the next.
 */
export function packSighting(given: Sighting): Uint8Array {
  const longest = FIXED + 3 * given.pointer.length + given.key.length;
  if (longest > room.length) room = Buffer.alloc(2 * longest);
  const pointer = room.write(given.pointer, FIXED);
  room[0] = given.role;
  room.writeUInt16BE(given.collection, 1);
  room.writeUInt32BE(given.file, 3);
  room.writeUIntBE(given.byte, 7, 6);
  room.writeUInt32BE(given.line, 13);
  room.writeUInt16BE(given.field, 17);
  room.writeUInt32BE(pointer, 19);
  room.set(given.key, FIXED + pointer);
  return room.subarray(0, FIXED + pointer + given.key.length);
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
