import { isAscii } from "node:buffer";

import type { JsonCheck } from "../json/check.ts";
import { encodingOf } from "../json/encoding.ts";
import { textOf } from "../json/place.ts";
import { characterLength } from "../json/utf8.ts";
import { conflictAt } from "./conflict.ts";
import { soundPrefix } from "./cut.ts";
import { looksDecodedTwice, mayHoldMojibake, runsOf } from "./double-decoding.ts";
import { isSound } from "./draft.ts";
import { tailAt } from "./tail.ts";

/** What damage looks like that has a known cause. */
export type PatternName =
  | "binary"
  | "conflict-markers"
  | "cut-by-crash"
  | "double-decoding"
  | "older-tail"
  | "replacement-characters"
  | "truncation"
  | "two-documents"
  | "zero-bytes";

/** One pattern in a document, with the first place where it shows. */
export interface Pattern {
  readonly name: PatternName;
  /** Byte offset of the first place. */
  readonly at: number;
  /** Places, or for `zero-bytes` and `binary` bytes. */
  readonly count: number;
  /** At most 256 bytes from there, as text. */
  readonly evidence: string;
}

const EVIDENCE_BYTES = 256;

/** A file system writes in blocks: a crash leaves a length that is a multiple of this. */
const SECTOR_BYTES = 512;

/**
 * The patterns of corruption that a document shows. A sound one is looked at only for what a sound
 * one can have, which costs next to nothing where it is ASCII.
 */
export function detectPatterns(bytes: Uint8Array, check: JsonCheck): Pattern[] {
  const name = encodingOf(bytes).name;
  if (name !== "utf-8") return [];
  const found = [doubleDecoding(bytes), replacementCharacters(bytes)];
  if (!check.valid) {
    found.push(zeroBytes(bytes), binary(bytes), conflictMarkers(bytes));
    found.push(...endings(bytes, check));
  }
  return found.filter((each) => each !== null).sort((one, other) => one.at - other.at);
}

function pattern(bytes: Uint8Array, name: PatternName, at: number, count = 1): Pattern {
  return { name, at, count, evidence: textOf(bytes, at, at + EVIDENCE_BYTES) };
}

function doubleDecoding(bytes: Uint8Array): Pattern | null {
  if (!mayHoldMojibake(bytes)) return null;
  let count = 0;
  let first = -1;
  for (const { at, text } of runsOf(bytes)) {
    if (!looksDecodedTwice(text)) continue;
    if (first === -1) first = at;
    count += 1;
  }
  return count === 0 ? null : pattern(bytes, "double-decoding", first, count);
}

const REPLACEMENT = Buffer.from("\ufffd");
const ESCAPE = Buffer.from("\\u");
const SPELLINGS = [Buffer.from("\\ufffd"), Buffer.from("\\uFFFD")];

function replacementCharacters(bytes: Uint8Array): Pattern | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let count = 0;
  let first = -1;
  const spellings = [
    ...(isAscii(bytes) ? [] : [REPLACEMENT]),
    ...(buffer.includes(ESCAPE) ? SPELLINGS : []),
  ];
  for (const spelling of spellings) {
    for (let at = buffer.indexOf(spelling); at !== -1; at = buffer.indexOf(spelling, at + 1)) {
      first = first === -1 ? at : Math.min(first, at);
      count += 1;
    }
  }
  return count === 0 ? null : pattern(bytes, "replacement-characters", first, count);
}

function zeroBytes(bytes: Uint8Array): Pattern | null {
  const first = bytes.indexOf(0);
  if (first === -1) return null;
  let count = 0;
  for (const byte of bytes) if (byte === 0) count += 1;
  return pattern(bytes, "zero-bytes", first, count);
}

/** Control characters that no text has, and bytes that are no UTF-8. */
function binary(bytes: Uint8Array): Pattern | null {
  let first = -1;
  let count = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : characterLength(bytes, at);
    if (length === 0 || isBinaryControl(byte)) {
      if (first === -1) first = at;
      count += 1;
    }
    at += Math.max(length, 1);
  }
  return first === -1 ? null : pattern(bytes, "binary", first, count);
}

function isBinaryControl(byte: number): boolean {
  return (byte > 0 && byte < 0x09) || (byte > 0x0d && byte < 0x20) || byte === 0x7f;
}

function conflictMarkers(bytes: Uint8Array): Pattern | null {
  const at = conflictAt(bytes);
  return at === -1 ? null : pattern(bytes, "conflict-markers", at);
}

/** What is wrong with where a document ends. */
function endings(bytes: Uint8Array, check: JsonCheck): Pattern[] {
  if (check.faults.some(({ code }) => code === "truncated")) {
    const prefix = soundPrefix(bytes);
    const at = Math.max(prefix?.end ?? 0, bytes.length - EVIDENCE_BYTES);
    const isBlock = bytes.length % SECTOR_BYTES === 0;
    return [pattern(bytes, isBlock ? "cut-by-crash" : "truncation", at)];
  }
  const tail = tailAt(bytes);
  if (tail === -1) return [];
  const rest = bytes.subarray(tail);
  if (rest.every((byte) => byte === 0 || byte === 0x0a || byte === 0x20)) return [];
  const isWhole = isSound(rest) || check.faults.some(({ code }) => code === "second-document");
  return [pattern(bytes, isWhole ? "two-documents" : "older-tail", tail)];
}
