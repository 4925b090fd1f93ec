import { canonicalLossless, parseLossless } from "../json/lossless.ts";
import { isSound, type Change, type Draft } from "./draft.ts";

/** The lines that a merge leaves where it could not decide. */
const MARKER = /^(<<<<<<<|\|\|\|\|\|\|\||=======|>>>>>>>)(?: .*)?\r?$/;

/** A stretch of lines by whose it is. */
interface Part {
  readonly side: "both" | "ours" | "base" | "theirs" | "marker";
  readonly at: number;
  readonly end: number;
}

/**
 * Takes one side of a merge that was never finished. The side that is sound is taken; of two sound
 * ones, ours. What the other says is dropped and named, so that nobody chooses silently.
 */
export function settleConflict(draft: Draft): void {
  const parts = partsOf(draft.bytes);
  if (parts === null) return;
  const ours = textOfSide(draft.bytes, parts, "ours");
  const theirs = textOfSide(draft.bytes, parts, "theirs");
  const side = isSound(ours) || !isSound(theirs) ? "ours" : "theirs";
  if (!isSound(side === "ours" ? ours : theirs)) return;
  const gone = parts.filter((part) => part.side !== "both" && part.side !== side);
  if (!sameValue(ours, theirs)) {
    for (const { side: other, at, end } of gone) {
      if (other !== "marker" && end > at) draft.drop(at, end);
    }
  }
  draft.apply(
    gone.map(({ at, end }): Change => ({ kind: "conflict-markers", at, end, inserted: "" })),
    `a merge was never finished: the side of ${side} is kept, the other one is named as dropped`,
  );
}

/** The first marker of a merge that was never finished; -1 when there is none. */
export function conflictAt(bytes: Uint8Array): number {
  return partsOf(bytes)?.find(({ side }) => side === "marker")?.at ?? -1;
}

function sameValue(one: Uint8Array, other: Uint8Array): boolean {
  const [a, b] = [parseLossless(one), parseLossless(other)];
  if (a === undefined || b === undefined) return false;
  return canonicalLossless(a) === canonicalLossless(b);
}

function textOfSide(bytes: Uint8Array, parts: readonly Part[], side: Part["side"]): Uint8Array {
  const kept = parts.filter((part) => part.side === "both" || part.side === side);
  return Buffer.concat(kept.map(({ at, end }) => bytes.subarray(at, end)));
}

/** Null where the markers do not follow each other as a merge writes them. */
function partsOf(bytes: Uint8Array): Part[] | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes("<<<<<<<") || !buffer.includes(">>>>>>>")) return null;
  const parts: Part[] = [];
  let side: Part["side"] = "both";
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    const marker = MARKER.exec(buffer.toString("latin1", at, Math.min(end, at + 300)).trimEnd());
    const following: Part["side"] | null =
      marker === null ? side : sideAfter(side, marker[1] ?? "");
    if (following === null) return null;
    parts.push({ side: marker === null ? side : "marker", at, end });
    side = following;
    at = end;
  }
  return side === "both" && parts.some((part) => part.side === "marker") ? parts : null;
}

function sideAfter(side: Part["side"], marker: string): Part["side"] | null {
  if (marker === "<<<<<<<") return side === "both" ? "ours" : null;
  if (marker === "|||||||") return side === "ours" ? "base" : null;
  if (marker === "=======") return side === "ours" || side === "base" ? "theirs" : null;
  return side === "theirs" ? "both" : null;
}
