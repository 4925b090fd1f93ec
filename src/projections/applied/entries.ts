// What is remembered of an applied event: four 32-bit words, the hash of its identity and its place.
// hash high, hash low, segment (24 bits) and bits 32 to 39 of the offset, the offset's low 32 bits.

/** Words of an entry. */
export const WORDS = 4;
/** Bytes of an entry. */
export const ENTRY_BYTES = 16;
/** Segments that a state can tell apart. */
export const SEGMENTS_MAX = 2 ** 24;

const LOW = 2 ** 32;

/** Where an applied event lies: the number of its segment, and its offset there. */
export interface AppliedPlace {
  readonly segment: number;
  readonly offset: number;
}

/** First word of a place. */
export function placeHigh(segment: number, offset: number): number {
  return segment * 256 + Math.floor(offset / LOW);
}

/** Second word of a place. */
export function placeLow(offset: number): number {
  return offset % LOW;
}

/** The place of the entry that begins at a word. */
export function placeAt(entries: Uint32Array, at: number): AppliedPlace {
  const high = entries[at + 2] ?? 0;
  return { segment: high >>> 8, offset: (high & 0xff) * LOW + (entries[at + 3] ?? 0) };
}

/** The bytes of a column as entries; what lies askew in memory is copied. */
export function entriesOf(bytes: Uint8Array): Uint32Array {
  const isAligned = bytes.byteOffset % 4 === 0;
  const { buffer, byteOffset, byteLength } = isAligned ? bytes : bytes.slice();
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Entries as the bytes of a column. */
export function bytesOf(entries: Uint32Array): Uint8Array {
  return new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength);
}
