import { isUtf8 } from "node:buffer";

/** Where an .env file stops to be one, and why. The text itself may be secret. */
export interface EnvProblem {
  /** From 1. */
  readonly line: number;
  readonly description: string;
}

const NAME = /^(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.-]*[ \t]*$/;
const QUOTES = new Set(["'", '"', "`"]);

/** Is this what programs call a file of variables? */
export function isEnvName(name: string): boolean {
  return name === ".env" || name.startsWith(".env.") || name.endsWith(".env");
}

/** The first line that is neither blank, a comment, nor `NAME=value` with its quotes closed. */
export function findEnvProblem(bytes: Uint8Array): EnvProblem | null {
  if (!isUtf8(bytes)) return { line: lineOfBadByte(bytes), description: "it is not UTF-8" };
  const lines = Buffer.from(bytes)
    .toString()
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    const problem = problemOf(line);
    if (problem !== null) return { line: at + 1, description: problem };
    const end = endOfValue(lines, at);
    if (typeof end !== "number") return { line: at + 1, description: end.description };
    at = end + 1;
  }
  return null;
}

function problemOf(line: string): string | null {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return null;
  if (text.includes("\0")) return "it holds a zero byte";
  const equals = text.indexOf("=");
  if (equals < 0) return 'there is no "="';
  return NAME.test(text.slice(0, equals)) ? null : 'what stands before "=" is no name';
}

/** The number of the line on which the value that begins here ends. */
function endOfValue(
  lines: readonly string[],
  start: number,
): number | { readonly description: string } {
  const first = lines[start] ?? "";
  if (first.trimStart().startsWith("#")) return start;
  const value = first.slice(first.indexOf("=") + 1).trimStart();
  const quote = value[0] ?? "";
  if (!first.includes("=") || !QUOTES.has(quote)) return start;
  let rest = value.slice(1);
  for (let at = start; at < lines.length; rest = lines[(at += 1)] ?? "") {
    const close = closingQuote(rest, quote);
    if (close < 0) continue;
    const after = rest.slice(close + 1).trim();
    if (after === "" || after.startsWith("#")) return at;
    return { description: "something follows the closing quote" };
  }
  return { description: "its quote is never closed" };
}

function closingQuote(text: string, quote: string): number {
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\" && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, stop))) return line;
    start = stop;
  }
  return line;
}
