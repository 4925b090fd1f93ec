/** The bytes of windows-1252 whose characters lie elsewhere; the rest is as in Latin-1. */
const BYTES = new Map<number, number>();
const CHARACTERS = new TextDecoder("windows-1252").decode(
  Uint8Array.from({ length: 256 }, (_, byte) => byte),
);
for (let byte = 0; byte < 256; byte += 1) BYTES.set(CHARACTERS.charCodeAt(byte), byte);

/**
 * The byte that windows-1252 or Latin-1 decode to a character; -1 when none is. The two differ
 * between 0x80 and 0x9f only, where Latin-1 has control characters: both ways back are taken.
 */
export function byteOf(code: number): number {
  return BYTES.get(code) ?? (code < 256 ? code : -1);
}

/** The character that a byte is in windows-1252. */
export function characterOf(byte: number): string {
  return CHARACTERS.charAt(byte);
}
