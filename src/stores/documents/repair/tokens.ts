import { JsonReader } from "../json/reader.ts";
import { isSpace } from "../json/space.ts";

const QUOTE = 0x22;
const STRUCTURE = new Set(Buffer.from("{}[],:"));

/** A string, number, or word of a document. */
export interface Token {
  readonly at: number;
  readonly end: number;
}

/**
 * The tokens of damaged text, as far as it has any: what stands between quotes on one line, and
 * else what stands between white space and structure.
 */
export function looseTokens(bytes: Uint8Array): Token[] {
  const tokens: Token[] = [];
  // Up to here there is no closing quote: asked once, or a row of quotes would take its square.
  let openUntil = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (isSpace(byte) || STRUCTURE.has(byte)) {
      at += 1;
      continue;
    }
    const stop = byte === QUOTE && at >= openUntil ? stringStop(bytes, at) : -1;
    if (stop !== -1 && bytes[stop] !== QUOTE) openUntil = stop;
    const end = stop !== -1 && bytes[stop] === QUOTE ? stop + 1 : wordEnd(bytes, at);
    tokens.push({ at, end });
    at = end;
  }
  return tokens;
}

/** Where a string ends: its closing quote, a control character, or the end of the text. */
function stringStop(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE || byte < 0x20) return at;
    if (byte === 0x5c) at += 1;
  }
  return bytes.length;
}

function wordEnd(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (isSpace(byte) || STRUCTURE.has(byte) || byte === QUOTE) break;
    at += 1;
  }
  return at;
}

/** The tokens of a sound document: its keys, strings, numbers and literals. */
function soundTokens(bytes: Uint8Array): Token[] {
  const tokens: Token[] = [];
  const reader = new JsonReader(bytes);
  for (let event = reader.next(); event !== "end" && event !== "fault"; event = reader.next()) {
    const isStructure = event.startsWith("open") || event.startsWith("close");
    if (!isStructure) tokens.push({ at: reader.start, end: reader.end });
  }
  return tokens;
}

/** Pairs of equal tokens, in order, and the tokens of `before` that are not in `after`. */
export interface TokenMatch {
  readonly kept: readonly Token[];
  readonly dropped: readonly Token[];
}

/**
 * Whether a result has only tokens that were there, in the order in which they were; null when it
 * has others: then it was made up.
 */
export function matchTokens(before: Uint8Array, after: Uint8Array): TokenMatch | null {
  const kept: Token[] = [];
  const dropped: Token[] = [];
  const old = looseTokens(before);
  let next = 0;
  for (const token of soundTokens(after)) {
    const bytes = after.subarray(token.at, token.end);
    for (;;) {
      const candidate = old[next];
      if (candidate === undefined) return null;
      next += 1;
      if (bytes.length === candidate.end - candidate.at && isEqual(bytes, before, candidate.at)) {
        kept.push(candidate);
        break;
      }
      dropped.push(candidate);
    }
  }
  return { kept, dropped: [...dropped, ...old.slice(next)] };
}

function isEqual(bytes: Uint8Array, other: Uint8Array, at: number): boolean {
  return bytes.every((byte, index) => byte === other[at + index]);
}
