import { JsonReader, type JsonEvent } from "../json/reader.ts";
import { skipSpace } from "../json/space.ts";
import { holdsContent, type Draft } from "./draft.ts";

/** The sound beginning of a document, up to the last value that is certainly whole. */
export interface SoundPrefix {
  readonly end: number;
  /** The brackets that close it. */
  readonly closers: string;
}

/** Null when the document breaks off, or is damaged, before its first whole value. */
export function soundPrefix(bytes: Uint8Array): SoundPrefix | null {
  const reader = new JsonReader(bytes);
  let safe = { end: -1, depth: 0 };
  for (let event = reader.next(); event !== "end"; event = reader.next()) {
    if (event === "fault") break;
    const isOpening = event === "open-object" || event === "open-array" || event === "key";
    if (!isOpening && isWhole(reader, event)) safe = { end: reader.end, depth: reader.depth };
  }
  if (safe.end === -1 || safe.depth === 0) return null;
  const levels = Array.from({ length: safe.depth }, (_, level) => level).reverse();
  const closers = levels.map((level) => (reader.isObjectAt(level) ? "}" : "]")).join("");
  return { end: safe.end, closers };
}

/**
 * A comma, a bracket or the end of the file behind a value proves that it is a value and whole; but
 * a number or word that the file ends in may go on.
 */
function isWhole({ bytes, end }: JsonReader, event: JsonEvent): boolean {
  const next = bytes[skipSpace(bytes, end)];
  if (next === undefined) return event !== "number" || end < bytes.length;
  return next === 0x2c || next === 0x7d || next === 0x5d;
}

/**
 * Keeps the sound beginning of a document and closes its brackets. What comes behind, the begun
 * member first, is dropped and named.
 */
export function cutToPrefix(draft: Draft): void {
  const prefix = soundPrefix(draft.bytes);
  if (prefix === null) return;
  const { end, closers } = prefix;
  draft.isPartial = true;
  if (holdsContent(draft.bytes, end, draft.bytes.length)) draft.drop(end, draft.bytes.length);
  draft.apply(
    [{ kind: "truncation", at: end, end: draft.bytes.length, inserted: closers }],
    "the document is kept up to its last whole value",
  );
}

/** The file ends before the document does, and everything before that is sound. */
export function isTruncated(bytes: Uint8Array): boolean {
  const reader = new JsonReader(bytes);
  let event = reader.next();
  while (event !== "end" && event !== "fault") event = reader.next();
  return reader.fault === "truncated";
}
