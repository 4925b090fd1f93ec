import { firstNonUtf8 } from "../json/utf8.ts";
import { JsonReader } from "../json/reader.ts";
import { isSpace } from "../json/space.ts";
import { isSound, type Draft } from "./draft.ts";

const STRUCTURE = Buffer.from('{}[],:"');
const NUMERIC = new Set(Buffer.from("0123456789.eE+-"));
const COMMA = 0x2c;
const QUOTE = 0x22;

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
      const works = isSound(bytes) && isStructureAt(bytes, at);
      bytes[at] = is;
      if (!works) continue;
      if (found !== null) return;
      found = { at, byte };
    }
  }
  if (found === null) return;
  const { at, byte } = found;
  if (isDoubtful(draft.bytes, at, byte)) draft.isPartial = true;
  draft.apply(
    [{ kind: "bit-flip", at, end: at + 1, inserted: String.fromCharCode(byte) }],
    "one bit of one byte of structure had fallen",
  );
}

/** Something else than one bit may have happened there: a number was cut, or a string left empty. */
function isDoubtful(bytes: Uint8Array, at: number, byte: number): boolean {
  const [before, is, behind] = [bytes[at - 1] ?? 0, bytes[at] ?? 0, bytes[at + 1] ?? 0];
  if (NUMERIC.has(is)) return true;
  if (byte === COMMA) return NUMERIC.has(before) && NUMERIC.has(behind);
  return byte === QUOTE && (before === QUOTE || behind === QUOTE);
}

/** A bracket, comma, colon or quote of the document and no character of a string. */
function isStructureAt(bytes: Uint8Array, at: number): boolean {
  const reader = new JsonReader(bytes);
  let event = reader.next();
  while (event !== "end" && reader.end <= at) event = reader.next();
  // A quote as the very last byte is as likely to be where the file was cut.
  if (bytes[at] === QUOTE && reader.isLast() && reader.end === at + 1) return false;
  const isString = event === "string" || event === "key";
  return !isString || at <= reader.start || at >= reader.end - 1;
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
