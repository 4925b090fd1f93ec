/** A number of two bytes, the higher first. */
export function twoBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** A number of four bytes, the highest first. */
export function fourBytes(bytes: Uint8Array, at: number): number {
  return twoBytes(bytes, at) * 65_536 + twoBytes(bytes, at + 2);
}
