/**
 * Bytes that the variable-length integer of SQLite's record format takes for `value`, which must be
 * an integer of `0..2^53-1`: seven bits a byte, most significant first, the high bit for "more".
 */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes `value` at `at`, which must have room for it, and returns the place after it. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  if (value < 128) {
    into[at] = value;
    return at + 1;
  }
  if (value < 16_384) {
    into[at] = (value >>> 7) | 128;
    into[at + 1] = value & 127;
    return at + 2;
  }
  const end = at + varintLength(value);
  let rest = value;
  for (let place = end - 1; place >= at; place--) {
    into[place] = (rest % 128) | (place === end - 1 ? 0 : 128);
    rest = Math.floor(rest / 128);
  }
  return end;
}

/** A number that was read, and the place after it. */
export interface VarintRead {
  readonly value: number;
  readonly end: number;
}

/** Reads a number of at most 53 bits. Null when it is cut off by `limit`, too large, or padded. */
export function readVarint(bytes: Uint8Array, at: number, limit: number): VarintRead | null {
  let value = 0;
  for (let place = at; place < limit && place < at + 8; place++) {
    const byte = bytes[place] ?? 0;
    value = value * 128 + (byte & 127);
    if (byte >= 128) continue;
    if (value > Number.MAX_SAFE_INTEGER || varintLength(value) !== place + 1 - at) return null;
    return { value, end: place + 1 };
  }
  return null;
}
