import { safe } from "../../core/text.ts";
import { cut } from "../words.ts";

/** What could begin markup, a link or a block, wherever the text is put. */
const MARKUP =
  /[\\`*[\]~$&<|@]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=\/\/)|(?<=www)\.|(?<=^| )#|^[>+=-]|(?<=^\d{1,9})[.)]|^ | $/giu;

/** Where a backslash is not enough: HTML, cells of tables, addresses that become links, margins. */
const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  "|": "&#124;",
  "@": "&#64;",
  ":": "&#58;",
  " ": "&#32;",
};

/** Text from data as Markdown: one line that is shown as it is, and is no markup, link or cell. */
export function text(value: string): string {
  return safe(cut(value)).replaceAll(MARKUP, (sign) => NAMED[sign] ?? `\\${sign}`);
}

/** Text in a monospaced span: as it is where a span can hold it, else escaped like any other. */
export function span(value: string): string {
  const shown = safe(cut(value));
  if (shown === "") return "";
  const isPlain = !/[`|\\]/.test(shown) && shown.trim() === shown;
  return isPlain ? `\`${shown}\`` : text(value);
}

/** Lines in a block that nothing in them can end. */
export function block(lines: readonly string[], indent: string): readonly string[] {
  const fence = "`".repeat(Math.max(2, ...lines.map(longestFence)) + 1);
  return [`${fence}text`, ...lines, fence].map((line) => indent + line);
}

function longestFence(line: string): number {
  return Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
}
