/**
 * One piece of SQL that is neither white space nor comment. `value` is what it stands for: a name
 * or a string without its quotes, a word as written, the rest as written.
 */
export interface Token {
  readonly kind: "word" | "name" | "string" | "blob" | "number" | "other";
  readonly value: string;
  /** Where it lies in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const SPACE = /[ \t\n\f\r\v\u{feff}]+|--[^\n]*(?:\n|$)|\/\*[^]*?(?:\*\/|$)/uy;
const WORD = /[A-Za-z_\u{80}-\u{10ffff}][\w$\u{80}-\u{10ffff}]*/uy;
const BLOB = /[xX]'[0-9a-fA-F]*'/uy;
const NUMBER = /0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?/uy;
const OTHER = /->>?|\|\||<<|>>|<=|>=|<>|==|!=|[?:@#$][\w:$\u{80}-\u{10ffff}]+|[^]/uy;
const CLOSING: Readonly<Record<string, string>> = { '"': '"', "`": "`", "'": "'", "[": "]" };

/** Cuts SQL into tokens. Never fails: what is no SQL becomes tokens of one character. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length;) {
    const space = match(SPACE, sql, at);
    if (space > at) {
      at = space;
      continue;
    }
    const token = readToken(sql, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function readToken(sql: string, start: number): Token {
  const quoted = readQuoted(sql, start);
  if (quoted !== null) return quoted;
  for (const [kind, pattern] of [
    ["blob", BLOB],
    ["word", WORD],
    ["number", NUMBER],
  ] as const) {
    const end = match(pattern, sql, start);
    if (end > start) return { kind, value: sql.slice(start, end), start, end };
  }
  const end = match(OTHER, sql, start);
  return { kind: "other", value: sql.slice(start, end), start, end };
}

function readQuoted(sql: string, start: number): Token | null {
  const open = sql[start] ?? "";
  const close = CLOSING[open];
  if (close === undefined) return null;
  const kind = open === "'" ? "string" : "name";
  let value = "";
  for (let at = start + 1; ;) {
    const end = sql.indexOf(close, at);
    if (end < 0) return { kind, value: value + sql.slice(at), start, end: sql.length };
    value += sql.slice(at, end);
    if (open === "[" || sql[end + 1] !== close) return { kind, value, start, end: end + 1 };
    value += close;
    at = end + 2;
  }
}

function match(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : at;
}
