import type { Gap, LineRun } from "./align.ts";
import type { LineFact } from "./lines.ts";

/** Pure: the damaged lines of a gap whose events the source does not tell. */
export function uncovered(gap: Gap): readonly LineFact[] {
  const { damaged, missing, unknown, isClosed } = gap;
  if (!isClosed) return beyond(gap);
  if (unknown.length === 0) return []; // between its neighbours the source has all there ever was
  const lines = missing.reduce((sum, { count }) => sum + count, 0);
  const left = Math.max(0, damaged.length - lines);
  const same = new Set(unknown.map(({ hash }) => hash));
  const [known, others] = [
    damaged.filter(({ hash }) => same.has(hash)),
    damaged.filter(({ hash }) => !same.has(hash)),
  ];
  return [...known, ...others.toReversed()].slice(0, Math.max(left, known.length));
}

/** What stands further on than the source goes: bytes that were altered stay where they were. */
function beyond({ after, damaged, missing }: Gap): readonly LineFact[] {
  const [first] = damaged;
  if (first === undefined) return [];
  const from = after?.path === first.path ? after.end + 1 : 0;
  const length = missing.reduce((sum, { start, end }) => sum + end + 1 - start, 0);
  return damaged.filter(({ path, start }) => path !== first.path || start - from >= length);
}

/**
 * Pure: is this what rotation has taken away, whole files from the beginning on? Nobody misses it, and
 * nothing brings it back.
 */
export function isRotatedAway({ after, before, damaged, missing, isClosed }: Gap): boolean {
  const isHead = after === null && before !== null && isClosed && damaged.length === 0;
  return isHead && missing.every(isWholeSegment);
}

/** Is a run all that its segment has? */
export function isWholeSegment({ beginsSegment, endsSegment }: LineRun): boolean {
  return beginsSegment && endsSegment;
}
