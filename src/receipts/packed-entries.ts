import { compareRanges } from "./byte-order.ts";

// Entries one after another in a buffer, as the sorter holds them in memory and in its files:
// the key's length and the row's (32 bits each, little-endian), the key, the row.

/** Bytes before the key of a packed entry. */
export const LENGTHS = 8;

/** Bytes that an entry takes when packed. */
export function packedEntryLength(keyLength: number, rowLength: number): number {
  return LENGTHS + keyLength + rowLength;
}

/** Writes an entry's lengths at `at`. */
export function writeLengths(into: Uint8Array, at: number, key: number, row: number): void {
  writeUint32(into, at, key);
  writeUint32(into, at + 4, row);
}

/** Length of the key of the entry at `at`, in bytes. */
export function keyLengthAt(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at);
}

/** Length of the row of the entry at `at`, in bytes. */
export function rowLengthAt(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + 4);
}

/** The order of two packed entries: by key, then by row. */
export function comparePacked(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  const aKey = aAt + LENGTHS;
  const bKey = bAt + LENGTHS;
  const aRow = aKey + keyLengthAt(a, aAt);
  const bRow = bKey + keyLengthAt(b, bAt);
  const order = compareRanges(a, aKey, aRow, b, bKey, bRow);
  if (order !== 0) return order;
  return compareRanges(a, aRow, aRow + rowLengthAt(a, aAt), b, bRow, bRow + rowLengthAt(b, bAt));
}

function writeUint32(into: Uint8Array, at: number, value: number): void {
  into[at] = value;
  into[at + 1] = value >>> 8;
  into[at + 2] = value >>> 16;
  into[at + 3] = value >>> 24;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}
