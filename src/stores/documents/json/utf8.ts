import { isUtf8 } from "node:buffer";

/** Where the first byte is that is not UTF-8; -1 when all are. Halves, so native code does it. */
export function firstNonUtf8(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  let good = 0;
  let bad = bytes.length;
  while (bad - good > WINDOW) {
    const middle = characterStart(bytes, good + ((bad - good) >> 1), good);
    if (middle === good) break;
    if (isUtf8(bytes.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  for (let at = good; at < bad;) {
    const length = characterLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return bad;
}

/** Below it, halving saves nothing. */
const WINDOW = 64;

/** The bytes of the character at `at`; 0 when there is none in UTF-8. */
export function characterLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** The nearest place at or before `at`, not before `from`, where a character can begin. */
function characterStart(bytes: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && start > at - 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start -= 1;
  return start;
}
