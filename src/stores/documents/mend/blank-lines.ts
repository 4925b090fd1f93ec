import type { RecordRepair } from "../repair/records.ts";
import type { RangeFile } from "./read-range.ts";

/** Lines of one gap that are looked at: what is longer is no record that was wiped. */
const LINES_MAX = 100;
/** Bytes behind the last record that are looked at. */
const TAIL_MAX = 4_096;
const NEWLINE = 0x0a;

/** Where a blank line is looked for: between two pieces of JSON Lines; null for the file's end. */
export interface LineGap {
  readonly before: RecordRepair | null;
  readonly behind: RecordRepair | null;
}

/** A blank line between records is a place where one may have been. */
export function blankLines({ before, behind }: LineGap, file: RangeFile): readonly RecordRepair[] {
  if (before === null) return [];
  const lines = behind === null ? linesAtEnd(before, file) : behind.line - before.line - 1;
  return Array.from({ length: Math.min(lines, LINES_MAX) }, () => {
    const at = before.end + 1;
    const reasons = ["a line is blank"];
    const left = { verdict: "lost", bytes: null, edits: [], dropped: [], reasons } as const;
    const place = { from: at, at, end: at, line: before.line + 1 };
    return { ...left, kind: "stray", index: null, key: null, ...place };
  });
}

function linesAtEnd({ end }: RecordRepair, file: RangeFile): number {
  const bytes = file.read(end, Math.min(file.size, end + TAIL_MAX));
  return Math.max(0, bytes.filter((byte) => byte === NEWLINE).length - 1);
}
