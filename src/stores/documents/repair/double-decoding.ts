import { isAscii, isUtf8 } from "node:buffer";

import type { Change, Draft } from "./draft.ts";
import { byteOf } from "./windows-1252.ts";

/** A run of characters beyond ASCII, with its place in bytes. */
export interface TextRun {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** Text can be decoded wrongly at every step of its way; more often than this it is no accident. */
const ROUNDS_MAX = 3;

/**
 * Turns text back that was written as UTF-8 and read as windows-1252 or Latin-1. Only where it is
 * certain: every run beyond ASCII in the document must become well-formed text by it.
 */
export function undoDoubleDecoding(draft: Draft): void {
  const trial = draft.copy();
  for (let round = 0; round < ROUNDS_MAX && mayHoldMojibake(trial.bytes); round += 1) {
    const changes: Change[] = [];
    for (const { at, end, text } of runsOf(trial.bytes)) {
      const inserted = onceLess(text);
      if (inserted === null) return;
      changes.push({ kind: "double-decoding", at, end, inserted });
    }
    trial.apply(changes, "text that was decoded twice is turned back");
    // Half way back from being decoded three times, there are control characters of Latin-1.
    if (changes.every(({ inserted }) => WRITTEN.test(inserted))) draft.take(trial);
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
    yield { at: start, end: at, text };
  }
}

/** Whether a run of characters looks like text that was decoded twice. */
export function looksDecodedTwice(text: string): boolean {
  const original = onceLess(text);
  return original !== null && (WRITTEN.test(original) || looksDecodedTwice(original));
}

/** The text before it was decoded once too often; null when no text becomes this one by it. */
function onceLess(text: string): string | null {
  const bytes = Buffer.alloc(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const byte = byteOf(text.charCodeAt(at));
    if (byte < 0x80) return null;
    bytes[at] = byte;
  }
  return isUtf8(bytes) ? bytes.toString() : null;
}

/** Only characters that people write. */
const WRITTEN = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u200d\ufeff]+$/u;
