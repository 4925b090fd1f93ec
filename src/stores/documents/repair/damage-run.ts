import { isUtf8 } from "node:buffer";

import { characterLength } from "../json/utf8.ts";
import { areLettersOf1252 } from "./encoding-steps.ts";

/** Fewer bytes cannot hold the end of one record and the beginning of another: `","`. */
const RUN_MIN = 3;

/** Random bytes look like text now and then: so many of them do not end a run. */
const GAP_MAX = 4;

/** Bytes that were overwritten, `end` exclusive. */
export interface DamageRun {
  readonly at: number;
  readonly end: number;
}

/**
 * The stretches of bytes that no writer of text writes, and that are long enough for a record to
 * have ended in them and another one to have begun: zeros, control characters, what is not UTF-8.
 */
export function damageRuns(bytes: Uint8Array): readonly DamageRun[] {
  const runs: { at: number; end: number }[] = [];
  for (const at of badBytes(bytes)) {
    const last = runs.at(-1);
    if (last !== undefined && at - last.end <= GAP_MAX) last.end = at + 1;
    else runs.push({ at, end: at + 1 });
  }
  return runs.filter(({ at, end }) => end - at >= RUN_MIN);
}

function badBytes(bytes: Uint8Array): readonly number[] {
  const controls: number[] = [];
  const high: number[] = [];
  const isText = isUtf8(bytes);
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 || isText ? 1 : characterLength(bytes, at);
    if (length === 0) high.push(at);
    else if (byte < 0x20 && !isLayout(byte)) controls.push(at);
    at += Math.max(length, 1);
  }
  const isOtherText = high.length > 0 && areLettersOf1252(bytes, high);
  return isOtherText ? controls : [...controls, ...high].sort((a, b) => a - b);
}

function isLayout(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
