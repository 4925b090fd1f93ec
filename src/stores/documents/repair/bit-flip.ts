import { firstNonUtf8 } from "../json/utf8.ts";
import { JsonReader } from "../json/reader.ts";
import { isSpace } from "../json/space.ts";
import { isSound, type Draft } from "./draft.ts";

const STRUCTURE = Buffer.from('{}[],:"');

/** Bytes before and behind the fault that are tried; a longer string is not searched. */
const REACH = 256;

/**
 * Undoes one bit that fell in a bracket, quote, comma or colon: where exactly one such change near
 * the fault makes the whole document sound, that was it. Where two do, nobody can tell.
 */
export function undoBitFlip(draft: Draft): void {
  const [from, to] = suspects(draft.bytes);
  const bytes = Uint8Array.from(draft.bytes);
  let found: { readonly at: number; readonly byte: number } | null = null;
  for (let at = from; at < to; at += 1) {
    const is = bytes[at] ?? 0;
    for (const byte of STRUCTURE) {
      if (!isOneBit(is ^ byte)) continue;
      bytes[at] = byte;
      const works = isSound(bytes);
      bytes[at] = is;
      if (!works) continue;
      if (found !== null) return;
      found = { at, byte };
    }
  }
  if (found === null) return;
  const { at, byte } = found;
  draft.apply(
    [{ kind: "bit-flip", at, end: at + 1, inserted: String.fromCharCode(byte) }],
    "one bit of one byte of structure had fallen",
  );
}

/** Where the damage can lie: in the token before the fault or at the fault itself. */
function suspects(bytes: Uint8Array): [from: number, to: number] {
  const reader = new JsonReader(bytes);
  let event = reader.next();
  while (event !== "end" && event !== "fault") event = reader.next();
  const stop = event === "end" ? reader.at : reader.faultAt;
  const strange = firstNonUtf8(bytes);
  const fault = strange === -1 ? stop : Math.min(strange, stop);
  let from = Math.min(reader.start, fault) - 1;
  while (from > 0 && isSpace(bytes[from] ?? 0)) from -= 1;
  from = Math.max(0, from);
  return [from, Math.min(bytes.length, fault + 1, from + REACH)];
}

function isOneBit(difference: number): boolean {
  return difference !== 0 && (difference & (difference - 1)) === 0;
}
