import { jsonrepair, JSONRepairError } from "jsonrepair";

import { isSound, shown, type Draft } from "./draft.ts";
import { looseTokens, matchTokens, type Token } from "./tokens.ts";
import type { RepairOptions } from "./types.ts";

/**
 * Lets jsonrepair guess the structure, and takes the guess only when every token of it was in the
 * document, byte for byte and in this order. Commas and colons are certain; brackets are not, and
 * neither is what was left out. In a record nothing may be left out: another may begin behind it.
 */
export function guessStructure(draft: Draft, { isRecord }: Pick<RepairOptions, "isRecord">): void {
  const guess = guessed(Buffer.from(draft.bytes).toString());
  if (guess === null || !isSound(guess)) return;
  const match = matchTokens(draft.bytes, guess);
  if (match === null || match.kept.length === 0) return;
  if (isRecord && match.dropped.length > 0) return;
  if (brackets(draft.bytes) !== brackets(guess) || hasBrokenToken(draft.bytes, match.kept)) {
    draft.isPartial = true;
  }
  for (const { at, end } of match.dropped) draft.drop(at, end);
  draft.edits.push(structureEdit(draft.bytes, guess));
  draft.bytes = guess;
  draft.reasons.push("brackets, commas or colons were missing or too many");
}

function guessed(text: string): Uint8Array | null {
  try {
    return Buffer.from(jsonrepair(text));
  } catch (error) {
    // The library calls itself for each level: a deep document ends its stack.
    if (error instanceof JSONRepairError || error instanceof RangeError) return null;
    throw error;
  }
}

/** The first difference up to the last. */
function structureEdit(before: Uint8Array, after: Uint8Array): Draft["edits"][number] {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at += 1;
  let same = 0;
  while (same < shorter - at && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return {
    kind: "structure",
    at,
    removed: shown(before, at, before.length - same),
    inserted: shown(after, at, after.length - same),
  };
}

/** The brackets outside of strings, in order. */
function brackets(bytes: Uint8Array): string {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { at, end } of [...looseTokens(bytes), { at: bytes.length, end: bytes.length }]) {
    pieces.push(Buffer.from(bytes.subarray(from, at)));
    from = end;
  }
  return Buffer.concat(pieces)
    .toString("latin1")
    .replaceAll(/[^{}[\]]/g, "");
}

/**
 * Two tokens that touch, or two numbers with nothing but white space between them, may have been
 * one.
 */
function hasBrokenToken(bytes: Uint8Array, kept: readonly Token[]): boolean {
  const text = Buffer.from(bytes).toString("latin1");
  return kept.some((token, index) => {
    const next = kept[index + 1];
    if (next === undefined || text.slice(token.end, next.at).trim() !== "") return false;
    const isTouching = next.at === token.end;
    return isTouching || (isNumber(text, token) && isNumber(text, next));
  });
}

function isNumber(text: string, token: Token): boolean {
  return /[\d-]/.test(text.charAt(token.at));
}
