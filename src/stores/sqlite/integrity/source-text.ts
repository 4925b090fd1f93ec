import { tokenize, type Token } from "../../engine/tokens.ts";

// Expressions as their author wrote them: in a schema, the engine takes a word in double quotes that
// names no column for text, and only the words as written tell it so again.

/** A CHECK of a table, with the name that CONSTRAINT gives it. */
export interface WrittenCheck {
  readonly name: string | null;
  readonly expression: string;
}

/** The CHECK constraints of a CREATE TABLE, of its columns and of its own, in their order. */
export function writtenChecks(sql: string): readonly WrittenCheck[] {
  const tokens = tokenize(sql);
  const found: WrittenCheck[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (isSign(token, "(")) depth++;
    if (isSign(token, ")")) depth--;
    if (depth !== 1 || !isWord(token, "CHECK") || !isSign(tokens[at + 1], "(")) continue;
    const inside = tokens.slice(at + 2, closing(tokens, at + 1));
    const name = isWord(tokens[at - 2], "CONSTRAINT") ? (tokens[at - 1]?.value ?? null) : null;
    found.push({ name, expression: textOf(sql, inside) });
  }
  return found;
}

/** The members of a CREATE INDEX without their order, and the condition of a partial one. */
export interface WrittenIndex {
  readonly members: readonly string[];
  readonly where: string | null;
}

/** What a CREATE INDEX says of its members. */
export function writtenIndex(sql: string): WrittenIndex {
  const tokens = tokenize(sql);
  const open = tokens.findIndex((token) => isSign(token, "("));
  const end = closing(tokens, open);
  const items = split(tokens.slice(open + 1, end)).map(withoutOrder);
  const where = isWord(tokens[end + 1], "WHERE") ? textOf(sql, tokens.slice(end + 2)) : null;
  return { members: items.map((item) => textOf(sql, item)), where };
}

/** Place of the parenthesis that closes the one at `open`; behind the last token without one. */
function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (isSign(tokens[at], "(")) depth++;
    if (isSign(tokens[at], ")") && --depth === 0) return at;
  }
  return tokens.length;
}

function split(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSign(token, "(")) depth++;
    if (isSign(token, ")")) depth--;
    if (depth === 0 && isSign(token, ",")) items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}

/** Without ASC or DESC, and NULLS FIRST or LAST, which say nothing of equality. */
function withoutOrder(item: readonly Token[]): readonly Token[] {
  const hasNulls = isWord(item.at(-2), "NULLS");
  const rest = hasNulls ? item.slice(0, -2) : item;
  return isWord(rest.at(-1), "ASC") || isWord(rest.at(-1), "DESC") ? rest.slice(0, -1) : rest;
}

function textOf(sql: string, tokens: readonly Token[]): string {
  return sql.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
}

function isSign(token: Token | undefined, sign: string): boolean {
  return token?.kind === "other" && token.value === sign;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.value.toUpperCase() === word;
}
