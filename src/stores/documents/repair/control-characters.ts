import type { Change, Draft } from "./draft.ts";

/**
 * Raw control characters in strings are written as escapes. Tabs and ends of lines come from careless
 * writers; others are what damage has made of something else, and zeros are nothing at all.
 */
export function escapeControls(draft: Draft): void {
  const trial = draft.copy();
  const changes: Change[] = [];
  for (const { at, end } of controlRuns(draft.bytes)) {
    if (draft.bytes[at] === 0) trial.drop(at, end);
    else if (!isLayout(draft.bytes[at] ?? 0)) trial.isPartial = true;
    changes.push({ kind: "control-character", at, end, inserted: escaped(draft.bytes[at] ?? 0) });
  }
  if (changes.length === 0) return;
  trial.apply(changes, "raw control characters in strings are written as escapes, zeros left out");
  if (trial.isSound) draft.take(trial);
}

/** Control characters between quotes, each by itself; zeros that follow each other at once. */
function* controlRuns(bytes: Uint8Array): Generator<{ at: number; end: number }> {
  let isInside = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x22) isInside = !isInside;
    else if (byte === 0x5c && isInside) at += 1;
    else if (byte < 0x20 && isInside) {
      const start = at;
      if (byte === 0) while (bytes[at + 1] === 0) at += 1;
      yield { at: start, end: at + 1 };
    }
  }
}

function isLayout(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

function escaped(byte: number): string {
  if (byte === 0) return "";
  const short = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r" }[byte];
  return short ?? `\\u${byte.toString(16).padStart(4, "0")}`;
}
