import { isUtf8 } from "node:buffer";

/** Shorter runs are looked through here: a call into native code costs more. */
const NATIVE_MIN_BYTES = 24;

/** Are the bytes at `start..end` whole UTF-8? */
export function isUtf8At(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start >= NATIVE_MIN_BYTES) return isUtf8(bytes.subarray(start, end));
  for (let at = start; at < end; at++)
    if ((bytes[at] as number) >= 128) return isUtf8(bytes.subarray(at, end));
  return true;
}

/** Where the first character that is whole begins: a text may have begun on another page. */
export function firstCharacter(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && at < start + 3 && ((bytes[at] as number) & 0xc0) === 0x80) at++;
  return at;
}

/** Where the last character that is whole ends: a text may go on on another page. */
export function wholeCharactersEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = bytes[end - back] as number;
    if (byte < 128) return end;
    if (byte < 192) continue;
    const length = byte >= 240 ? 4 : byte >= 224 ? 3 : 2;
    return length > back ? end - back : end;
  }
  return end;
}
