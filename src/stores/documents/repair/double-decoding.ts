import { isAscii, isUtf8 } from "node:buffer";

import type { Change, Draft } from "./draft.ts";
import { byteOf } from "./windows-1252.ts";

/** A run of characters beyond ASCII, with its place in bytes. */
export interface TextRun {
  readonly at: number;
  readonly end: number;
  readonly text: string;
  /** What it was before it was decoded twice; null when it does not look so. */
  readonly original: string | null;
}

/** Text can be decoded wrongly at every step of its way; more often than this it is no accident. */
const ROUNDS_MAX = 3;

/**
 * Turns text back that was written as UTF-8 and read as windows-1252 or Latin-1. Only where it is
 * certain: every run beyond ASCII in the document must become well-formed text by it.
 */
export function undoDoubleDecoding(draft: Draft): void {
  for (let round = 0; round < ROUNDS_MAX && mayHoldMojibake(draft.bytes); round += 1) {
    const changes: Change[] = [];
    for (const { at, end, original } of runsOf(draft.bytes)) {
      if (original === null) return;
      changes.push({ kind: "double-decoding", at, end, inserted: original });
    }
    if (changes.length === 0) return;
    draft.apply(changes, "text that was decoded twice is turned back");
  }
}

/** A quick look that is never wrong when it says no: Â to ô, each two bytes from C3 on. */
export function mayHoldMojibake(bytes: Uint8Array): boolean {
  if (isAscii(bytes) || !isUtf8(bytes)) return false;
  for (let at = bytes.indexOf(0xc3); at !== -1; at = bytes.indexOf(0xc3, at + 2)) {
    const lead = bytes[at + 1] ?? 0;
    if (lead >= 0x82 && lead <= 0xb4 && (bytes[at + 2] ?? 0) >= 0x80) return true;
  }
  return false;
}

/** The runs of characters beyond ASCII, in order; the bytes must be UTF-8. */
export function* runsOf(bytes: Uint8Array): Generator<TextRun> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (let at = 0; at < bytes.length;) {
    if ((bytes[at] ?? 0) < 0x80) {
      at += 1;
      continue;
    }
    const start = at;
    while (at < bytes.length && (bytes[at] ?? 0) >= 0x80) at += 1;
    const text = decoder.decode(bytes.subarray(start, at));
    yield { at: start, end: at, text, original: originalOf(text) };
  }
}

/** What the text was before; null when it is no text that was decoded twice. */
function originalOf(text: string): string | null {
  const bytes = Buffer.alloc(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const byte = byteOf(text.charCodeAt(at));
    if (byte < 0x80) return null;
    bytes[at] = byte;
  }
  if (!isUtf8(bytes)) return null;
  const original = bytes.toString();
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200d\ufeff]+$/u.test(original) ? original : null;
}
