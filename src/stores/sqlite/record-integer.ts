/** Bytes of the body of the integer serial types 0 to 6; 7 is a real, 8 and 9 are 0 and 1. */
const BODY_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0] as const;

/**
 * The integer in one column of a canonical record, without decoding the others.
 *
 * @returns null for NULL; NaN for what is no integer, or is too large for a number.
 */
export function integerAt(
  bytes: Uint8Array,
  start: number,
  end: number,
  column: number,
): number | null {
  let at = start;
  let headerLength = bytes[at++] as number;
  if (headerLength >= 128) {
    let value = headerLength & 127;
    do {
      headerLength = bytes[at++] as number;
      value = value * 128 + (headerLength & 127);
    } while (headerLength >= 128);
    headerLength = value;
  }
  const headerEnd = start + headerLength;
  let body = headerEnd;
  for (let index = 0; at < headerEnd && at < end; index += 1) {
    let type = bytes[at++] as number;
    if (type >= 128) {
      type &= 127;
      for (let more = true; more && at < headerEnd;) {
        const byte = bytes[at++] as number;
        type = type * 128 + (byte & 127);
        more = byte >= 128;
      }
    }
    if (index === column) return decodeInteger(bytes, body, type);
    body += type < 10 ? (BODY_BYTES[type] as number) : (type - 12) >> 1;
  }
  return null;
}

function decodeInteger(bytes: Uint8Array, at: number, type: number): number | null {
  if (type === 0) return null;
  if (type === 8) return 0;
  if (type === 9) return 1;
  if (type > 6) return Number.NaN;
  const length = BODY_BYTES[type] as number;
  let value = bytes[at] as number;
  if (value >= 128) value -= 256;
  for (let index = 1; index < length; index += 1)
    value = value * 256 + (bytes[at + index] as number);
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
