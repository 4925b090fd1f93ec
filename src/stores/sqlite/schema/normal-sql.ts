import { isFallback, isReserved } from "./keywords.ts";
import type { Token } from "../../engine/tokens.ts";

const PLAIN = /^[A-Za-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*$/u;

/**
 * One spelling for SQL that means the same: white space, comments, the case of keywords and the
 * kind of quotes are gone; names, literals and operators stay as they are.
 */
export function normalSql(tokens: readonly Token[]): string {
  return tokens.map((token, index) => spell(token, tokens[index - 1])).join(" ");
}

function spell(token: Token, before: Token | undefined): string {
  switch (token.kind) {
    case "word":
      return spellWord(token.value, before);
    case "name":
      return spellName(token.value, before);
    case "string":
      return `'${token.value.replaceAll("'", "''")}'`;
    case "number":
      return token.value.replaceAll("_", "").toLowerCase();
    case "blob":
      return token.value.toUpperCase();
    case "other":
      return token.value;
  }
}

function spellWord(word: string, before: Token | undefined): string {
  const upper = word.toUpperCase();
  if (isReserved(upper)) return upper;
  return isFallback(upper) && !namesFollow(before) ? upper : word;
}

/** A quoted name loses its quotes where the bare word would mean the same. */
function spellName(name: string, before: Token | undefined): string {
  if (!PLAIN.test(name) || isReserved(name.toUpperCase())) return `"${name.replaceAll('"', '""')}"`;
  return spellWord(name, before);
}

/** After AS and after a point there are names, whose case shows in results. */
function namesFollow(before: Token | undefined): boolean {
  return before?.value === "." || (before?.kind === "word" && /^as$/i.test(before.value));
}
