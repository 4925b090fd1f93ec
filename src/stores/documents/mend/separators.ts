import type { RecordForm } from "../json/records.ts";

/** What stands between two records of a file, before the first, and behind the last. */
export type GapKind = "begin" | "between" | "end";

/** How records are kept apart in one form. */
export interface Separators {
  /** Is this what has to stand there, whatever white space comes with it? */
  isRight(kind: GapKind, bytes: Uint8Array): boolean;
  /** What stands there where nothing else is at hand. */
  readonly plain: Readonly<Record<GapKind, string>>;
  /** What puts the last bracket on a line of its own. */
  readonly lineBefore: string;
}

/** More is no separator. */
const GAP_MAX = 65_536;

const CONTAINERS = {
  array: {
    begin: /^[ \t\r\n]*\[[ \t\r\n]*$/,
    end: /^[ \t\r\n]*\][ \t\r\n]*$/,
    open: "[",
    close: "]",
  },
  object: {
    begin: /^[ \t\r\n]*\{[ \t\r\n]*$/,
    end: /^[ \t\r\n]*\}[ \t\r\n]*$/,
    open: "{",
    close: "}",
  },
} as const;

const BETWEEN = /^[ \t\r\n]*,[ \t\r\n]*$/;
const LINES = {
  begin: /^[ \t\r\n]*$/,
  between: /^[ \t\r]*\n[ \t\r\n]*$/,
  end: /^[ \t\r\n]*$/,
} as const;

/** The separators of a form. */
export function separatorsOf(form: RecordForm): Separators {
  if (form === "jsonl")
    return {
      isRight: rightBy(LINES),
      plain: { begin: "", between: "\n", end: "\n" },
      lineBefore: "",
    };
  const { begin, end, open, close } = CONTAINERS[form];
  const plain = { begin: open, between: ",", end: `${close}\n` };
  return { isRight: rightBy({ begin, between: BETWEEN, end }), plain, lineBefore: "\n" };
}

function rightBy(patterns: Readonly<Record<GapKind, RegExp>>): Separators["isRight"] {
  return (kind, bytes) =>
    bytes.length <= GAP_MAX && patterns[kind].test(Buffer.from(bytes).toString("latin1"));
}
