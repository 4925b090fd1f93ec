import { canonicalLossless, parseLossless } from "../json/lossless.ts";
import { JsonReader } from "../json/reader.ts";
import { trimmed } from "../json/space.ts";
import { endsInNumber, holdsContent, isSound, type Draft } from "./draft.ts";

/** Where a sound document ends that has something behind it; -1 when there is no such thing. */
export function tailAt(bytes: Uint8Array): number {
  const reader = new JsonReader(bytes);
  let event = reader.next();
  while (event !== "end" && event !== "fault") event = reader.next();
  return event === "end" && !reader.isLast() ? reader.end : -1;
}

/**
 * Cuts what stands behind the end of a sound document: the rest of an older and longer version, or
 * a second document. What it held is dropped and named.
 */
export function cutTail(draft: Draft): void {
  const end = tailAt(draft.bytes);
  if (end === -1 || !isSound(draft.bytes.subarray(0, end))) return;
  const [from, to] = trimmed(draft.bytes, end, draft.bytes.length);
  if (!isRepeated(draft.bytes, end)) {
    if (holdsContent(draft.bytes, from, to)) draft.drop(from, to);
    if (holdsBracket(draft.bytes, from, to)) draft.isPartial = true;
  }
  if (endsInNumber(draft.bytes, end)) draft.isPartial = true;
  draft.apply(
    [{ kind: "tail", at: end, end: draft.bytes.length, inserted: "" }],
    "something stood behind the end of the document",
  );
}

/** A bracket too many may be one that is missing at the beginning. */
function holdsBracket(bytes: Uint8Array, from: number, to: number): boolean {
  return bytes.subarray(from, to).some((byte) => byte === 0x5d || byte === 0x7d);
}

/** The second document says the same as the first. */
function isRepeated(bytes: Uint8Array, end: number): boolean {
  const first = parseLossless(bytes.subarray(0, end));
  const second = parseLossless(bytes.subarray(end));
  if (first === undefined || second === undefined) return false;
  return canonicalLossless(first) === canonicalLossless(second);
}
