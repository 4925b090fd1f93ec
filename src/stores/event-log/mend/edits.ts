import { inWritingOrder } from "../segments/order.ts";
import type { Gap, LineRun } from "./align.ts";
import { isWholeSegment } from "./cover.ts";
import type { LineFact } from "./lines.ts";

/** A place of a segment where lines come in, or bytes go. */
export interface Edit {
  /** Bytes of the segment before it, uncompressed. */
  readonly offset: number;
  /** Bytes of the segment that go: up to here. */
  readonly to: number;
  /** Lines of the source that come. */
  readonly runs: readonly LineRun[];
  /** Lines that come as they are. */
  readonly lines: readonly Buffer[];
}

/** What makes a log another one. */
export interface Edits {
  /** By segment of the log, in the order of their places. */
  readonly segments: ReadonlyMap<string, readonly Edit[]>;
  /** Segments of the source that come whole. */
  readonly created: readonly string[];
}

/** What is done about one gap. */
export interface GapWork {
  readonly gap: Gap;
  /** Damaged lines that go. */
  readonly gone: readonly LineFact[];
  /** Events that were found within them. */
  readonly rescued: ReadonlyMap<LineFact, readonly Buffer[]>;
}

/** Pure: where what goes and comes, for a log of these segments. */
export function editsOf(paths: readonly string[], works: readonly GapWork[]): Edits {
  const segments = new Map<string, Edit[]>();
  const created: string[] = [];
  const add = (path: string, edit: Edit): void => {
    const known = segments.get(path);
    if (known === undefined) segments.set(path, [edit]);
    else known.push(edit);
  };
  for (const { gap, gone, rescued } of works) {
    const runs = gap.missing.filter((run) => {
      if (!comesWhole(run, gap, [...paths, ...created])) return true;
      created.push(run.path);
      return false;
    });
    const place = placeOf(gap) ?? { path: runs[0]?.path ?? "", offset: 0 };
    if (runs.length > 0) add(place.path, { ...place, to: place.offset, runs, lines: [] });
    for (const line of gone) {
      const lines = rescued.get(line) ?? [];
      add(line.path, { offset: line.start - line.blank, to: line.end + 1, runs: [], lines });
    }
    // Among what was destroyed there are line ends, and now and then two in a row.
    if (gone.length > 0 && gap.before !== null && gap.before.blank > 0) {
      const { path, start, blank } = gap.before;
      add(path, { offset: start - blank, to: start, runs: [], lines: [] });
    }
  }
  for (const edits of segments.values()) edits.sort((a, b) => a.offset - b.offset || a.to - b.to);
  return { segments, created };
}

/** Where something is damaged, else behind the whole line before it, else before the one behind it. */
function placeOf({ after, before, damaged }: Gap): { path: string; offset: number } | null {
  const [first] = damaged;
  if (first !== undefined) return { path: first.path, offset: first.start - first.blank };
  if (after !== null) return { path: after.path, offset: after.end + 1 };
  return before === null ? null : { path: before.path, offset: 0 };
}

/** A segment that is gone comes back under its name, where that is the name of its place. */
function comesWhole(run: LineRun, { after, before }: Gap, paths: readonly string[]): boolean {
  if (!isWholeSegment(run) || paths.includes(run.path)) return false;
  const order = inWritingOrder([...paths, run.path]);
  const at = order.indexOf(run.path);
  const isBehind = after === null || order.indexOf(after.path) < at;
  return isBehind && (before === null || at < order.indexOf(before.path));
}
