import { copyFile, link, mkdir } from "node:fs/promises";
import { dirname } from "node:path";

import { openSegment } from "../segments/bytes.ts";
import type { EventLogOptions } from "../options.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { LineIds } from "../keep/line-ids.ts";
import { listSegments } from "../keep/list-segments.ts";
import { align, type Alignment, type Gap } from "./align.ts";
import { isRotatedAway, isWholeSegment, uncovered } from "./cover.ts";
import { editsOf, type GapWork } from "./edits.ts";
import { withoutOthers } from "./missing-again.ts";
import { Ahead, hashOf, LogLines, type BrokenSegment, type LineFact } from "./lines.ts";
import { eventsWithin } from "./rescue.ts";
import { sameRanges, type SameRange } from "./same-ranges.ts";
import { writeSegment } from "./write-segment.ts";

/** Two logs that become one, or one that loses its damaged lines. */
export interface MergeOrder {
  readonly log: LogPlace;
  /** Null: what is damaged goes. */
  readonly source: LogPlace | null;
  /** Where the result is written; nothing may be there. */
  readonly target: LogPlace;
  readonly options: EventLogOptions;
}

/** What a merge has done. */
export interface MergedLogs {
  /** Events that came from the source. */
  readonly restored: number;
  /** Lines of the log that are whole, and not in the source. */
  readonly newer: number;
  readonly common: number;
  /** Events that stood within damaged lines. */
  readonly rescued: number;
  /** Events of files that rotation has taken away. */
  readonly rotated: number;
  /** Damaged lines that are in the result no more, and whose events nothing tells. */
  readonly lost: readonly LineFact[];
  /** Paths of segments that are other ones now. */
  readonly changed: readonly string[];
  /** Segments of the log whose rest cannot be uncompressed. */
  readonly broken: readonly BrokenSegment[];
  /** Segments that the source has from their beginning to their end. */
  readonly whole: readonly WholeSegment[];
}

/** A segment of a source, and what tells it from others. */
export interface WholeSegment {
  readonly path: string;
  /** What tells its first whole line from all others. */
  readonly first: string | null;
  /** The log had nothing of it. */
  readonly isBack: boolean;
}

/**
 * Builds a log of what is whole in it and what a source has besides; everything else stays as it is,
 * byte by byte.
 */
export async function mergeLogs(order: MergeOrder, signal: AbortSignal): Promise<MergedLogs> {
  const { log, source, target, options } = order;
  const lines = new LogLines(log, options);
  const sourceLines = source === null ? null : new LogLines(source, options);
  const aligned = await alignWith(order, { lines, sourceLines }, signal);
  const rotated = aligned.common === 0 ? [] : aligned.gaps.filter(isRotatedAway);
  const gaps = aligned.gaps.filter((gap) => !rotated.includes(gap));
  const works = await newOnly(order, await worksOf(order, gaps), signal);
  const edits = editsOf(lines.paths, works);
  const rewritten = new Set([...edits.segments.keys(), ...lines.broken.keys()]);
  if (target.glob !== null) await mkdir(target.address, { recursive: true, mode: 0o700 });
  for (const found of listSegments(log)) {
    await makeFolderOf(target, found.path);
    const isKept = !rewritten.has(found.path);
    if (isKept) await linkOrCopy(segmentAt(log, found.path), segmentAt(target, found.path));
    else {
      const own = edits.segments.get(found.path) ?? [];
      await writeSegment({ path: found.path, log, source, target, edits: own, attributes: found });
    }
  }
  for (const path of edits.created) {
    if (source === null) continue;
    await makeFolderOf(target, path);
    await linkOrCopy(segmentAt(source, path), segmentAt(target, path));
  }
  const count = (gap: Gap): number => gap.missing.reduce((sum, run) => sum + run.count, 0);
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    restored: sum(gaps.map(count)),
    newer: aligned.newer,
    common: aligned.common,
    rescued: sum(works.flatMap(({ rescued }) => [...rescued.values()].map((each) => each.length))),
    rotated: sum(rotated.map(count)),
    lost: source === null ? works.flatMap(({ gone }) => gone) : [],
    changed: [...rewritten, ...edits.created],
    broken: [...lines.broken.values()],
    whole: wholeOf(sourceLines, gaps),
  };
}

function wholeOf(source: LogLines | null, gaps: readonly Gap[]): readonly WholeSegment[] {
  if (source === null) return [];
  const back = gaps.flatMap(({ missing }) => missing).filter(isWholeSegment);
  const isBack = new Set(back.map(({ path }) => path));
  return source.paths
    .filter((path) => !source.broken.has(path))
    .map((path) => ({
      path,
      first: source.firsts.get(path) ?? null,
      isBack: isBack.has(path),
    }));
}

async function alignWith(
  { log, source, options }: MergeOrder,
  { lines, sourceLines }: { readonly lines: LogLines; readonly sourceLines: LogLines | null },
  signal: AbortSignal,
): Promise<Alignment> {
  const same = new Map<string, readonly SameRange[]>();
  if (source !== null)
    for (const path of lines.paths) same.set(path, await sameRanges(log, source, path));
  const other = sourceLines === null ? nothing() : sourceLines.all(signal, same);
  const aligned = await align(new Ahead(lines.all(signal, same)), new Ahead(other));
  if (source === null || !aligned.isUncertain) return aligned;
  const gaps = await withoutOthers(aligned.gaps, { log, source, options }, signal);
  return { ...aligned, gaps };
}

async function* nothing(): AsyncGenerator<never> {}

async function worksOf(order: MergeOrder, gaps: readonly Gap[]): Promise<readonly GapWork[]> {
  const works: GapWork[] = [];
  const ids = new LineIds(order.options);
  for (const gap of gaps) works.push(await workOf(order, gap, ids));
  return works;
}

/** An event within a damaged line may stand in the log a second time, whole, or in the source. */
async function newOnly(
  { log, source, options }: MergeOrder,
  works: readonly GapWork[],
  signal: AbortSignal,
): Promise<readonly GapWork[]> {
  const found = new Set(works.flatMap(({ rescued }) => [...rescued.values()].flat().map(hashOf)));
  if (found.size === 0) return works;
  const known = new Set<string>();
  for (const place of [log, source]) {
    if (place === null) continue;
    for await (const { hash } of new LogLines(place, options).all(signal))
      if (found.has(hash)) known.add(hash);
  }
  return works.map((work) => ({
    ...work,
    rescued: new Map(
      [...work.rescued].map(([line, events]) => [
        line,
        events.filter((event) => !known.has(hashOf(event))),
      ]),
    ),
  }));
}

/** What the source tells better goes; without a source, everything damaged goes. */
async function workOf(
  { log, source, options }: MergeOrder,
  gap: Gap,
  ids: LineIds,
): Promise<GapWork> {
  const left = new Set(source === null ? [] : uncovered(gap));
  const gone = gap.damaged.filter((line) => !left.has(line));
  const rescued = new Map<LineFact, readonly Buffer[]>();
  if (gap.isClosed) return { gap, gone: [...gone, ...gap.altered], rescued };
  for (const line of gone) {
    if (line.end - line.start > options.lineBytesMax) continue;
    const events = eventsWithin(await bytesOf(log, line), ids, options);
    if (events.length > 0) rescued.set(line, events);
  }
  return { gap, gone: [...gone, ...gap.altered], rescued };
}

/** The bytes of a line as they are. */
export async function bytesOf(
  log: LogPlace,
  { path, start, end }: Pick<LineFact, "path" | "start" | "end">,
): Promise<Buffer> {
  await using bytes = await openSegment(segmentAt(log, path), start);
  const line = Buffer.alloc(end - start);
  return line.subarray(0, await bytes.read(line, 0));
}

async function makeFolderOf(target: LogPlace, path: string): Promise<void> {
  if (target.glob !== null) await mkdir(dirname(segmentAt(target, path)), { recursive: true });
}

/** Nobody writes to either of both names before one of them goes. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
  }
}
