import { encodingOf } from "../json/encoding.ts";
import { characterLength, firstNonUtf8 } from "../json/utf8.ts";
import { endsInNumber, type Change, type Draft } from "./draft.ts";
import { characterOf } from "./windows-1252.ts";

/** Text in UTF-16 becomes UTF-8; a byte order mark goes. */
export function unifyEncoding(draft: Draft): void {
  const { name, bom } = encodingOf(draft.bytes);
  if (name === "utf-16le" || name === "utf-16be") {
    const decoder = new TextDecoder(name, { fatal: true });
    const text = decoded(decoder, draft.bytes.subarray(bom));
    if (text !== null) draft.replace("encoding", Buffer.from(text), `the text was in ${name}`);
  } else if (name === "utf-8" && bom > 0) {
    draft.apply(
      [{ kind: "byte-order-mark", at: 0, end: bom, inserted: "" }],
      "a byte order mark stood before the document",
    );
  }
}

function decoded(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Zeros at either end are blocks that were never written; they hold no content. */
export function cutZeros(draft: Draft): void {
  const { bytes } = draft;
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  let end = bytes.length;
  while (end > start && isZeroOrSpace(bytes[end - 1])) end -= 1;
  const hasTail = bytes.subarray(end).includes(0);
  const changes: Change[] = [];
  if (start > 0) changes.push({ kind: "zero-bytes", at: 0, end: start, inserted: "" });
  if (hasTail) changes.push({ kind: "zero-bytes", at: end, end: bytes.length, inserted: "" });
  if (hasTail && endsInNumber(bytes, end)) draft.isPartial = true;
  if (changes.length > 0) draft.apply(changes, "zero bytes lay around the document");
}

function isZeroOrSpace(byte: number | undefined): boolean {
  return byte === 0 || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Bytes that are not UTF-8. Where the document has no other characters beyond ASCII and several
 * that are letters of windows-1252 within words, that is how it was written. Else each becomes
 * U+FFFD: what it was, nobody can tell.
 */
export function replaceNonUtf8(draft: Draft): void {
  if (firstNonUtf8(draft.bytes) === -1) return;
  const { bad, hasOther } = strangeBytes(draft.bytes);
  const isWindows = !hasOther && bad.length > 1 && areLettersOf1252(draft.bytes, bad);
  if (!isWindows) for (const at of bad) draft.drop(at, at + 1);
  const changes = bad.map((at): Change => {
    const inserted = isWindows ? characterOf(draft.bytes[at] ?? 0) : "\ufffd";
    return { kind: isWindows ? "encoding" : "not-utf8", at, end: at + 1, inserted };
  });
  const reason = isWindows
    ? "the text was in windows-1252"
    : "bytes that are not UTF-8 are replaced by U+FFFD";
  draft.apply(changes, reason);
}

function strangeBytes(bytes: Uint8Array): { bad: number[]; hasOther: boolean } {
  const bad: number[] = [];
  let hasOther = false;
  for (let at = firstHigh(bytes); at < bytes.length;) {
    const length = characterLength(bytes, at);
    if (length === 0) bad.push(at);
    else if (length > 1) hasOther = true;
    at += Math.max(length, 1);
  }
  return { bad, hasOther };
}

function firstHigh(bytes: Uint8Array): number {
  const found = bytes.findIndex((byte) => byte >= 0x80);
  return found === -1 ? bytes.length : found;
}

/** Are the bytes at these places letters of windows-1252 within words? */
export function areLettersOf1252(bytes: Uint8Array, places: readonly number[]): boolean {
  return places.every((at) => isLetterInWord(bytes, at));
}

function isLetterInWord(bytes: Uint8Array, at: number): boolean {
  const neighbours = [bytes[at - 1] ?? 0, bytes[at + 1] ?? 0];
  const isInWord = neighbours.some((byte) => /[A-Za-z]/.test(String.fromCharCode(byte)));
  return isInWord && /\p{L}/u.test(characterOf(bytes[at] ?? 0));
}
