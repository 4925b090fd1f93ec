import { setTimeout as delay } from "node:timers/promises";

import type { EventBound, EventDamage } from "../../events.ts";
import type { EventLogOptions } from "../options.ts";
import type { Segment } from "../segments/identify.ts";
import type { LogSegments } from "../segments/log-segments.ts";
import { lineBefore, unpackedExtent, type Tail } from "../segments/tail.ts";
import { memberText } from "./judge-line.ts";
import { judgeOptions, type LineCheck } from "./line-check.ts";
import { cannotBeUncompressed } from "./read-segment.ts";

/** A writer needs less to finish a line. */
const WAITS = 5;
const WAIT_MS = 40;
/** Bytes of what is torn that are shown. */
const SHOWN_BYTES_MAX = 64 * 1024;

/** What is asked of a log of files. */
export interface BoundContext {
  readonly options: EventLogOptions;
  readonly segments: LogSegments;
  readonly check: LineCheck;
}

/**
 * Where a log of files ends now.
 *
 * @throws {SalvorError} STORE_MISSING without any file: that is no log without events.
 */
export async function boundOfFiles(
  context: BoundContext,
  signal: AbortSignal,
): Promise<EventBound> {
  for (let wait = 0; ; wait++) {
    signal.throwIfAborted();
    const bound = await tryBound(context);
    if (bound.torn === null || wait === WAITS) return bound;
    await delay(WAIT_MS, undefined, { signal });
  }
}

async function tryBound({ options, segments, check }: BoundContext): Promise<EventBound> {
  const found = [...(await segments.list())];
  let torn: EventDamage | null = null;
  for (let last = found.pop(); last !== undefined; last = found.pop()) {
    const { size, trouble } = await unpackedExtent(last);
    const tail = await lineBefore(last, size, options.lineBytesMax);
    if (trouble !== null) torn ??= brokenIn(last, tail, size, trouble);
    torn ??= tail === null ? null : tornIn(last, tail, options, check);
    const offset = torn === null || torn.file !== last.file ? size : torn.offset;
    // A segment of half a line has no name yet: that is its first line.
    if (offset === 0) continue;
    const earlier = found.reduce((sum, each) => sum + each.size, 0);
    return { end: { segment: last.id, file: last.file, offset }, torn, bytes: earlier + offset };
  }
  return { end: null, torn, bytes: 0 };
}

/** What is left of a compressed segment ends where its last whole line does. */
function brokenIn(
  { file }: Segment,
  tail: Tail | null,
  size: number,
  trouble: string,
): EventDamage {
  return {
    fault: "unreadable",
    reason: cannotBeUncompressed(file, trouble),
    file,
    line: 0,
    offset: tail === null || tail.isEnded ? size : tail.offset,
    bytes: new Uint8Array(0),
    id: null,
    sequence: null,
  };
}

/** Half a line: one without its line feed is whole if its event is. */
function tornIn(
  { file }: Segment,
  { line, offset, isEnded }: Tail,
  options: EventLogOptions,
  check: LineCheck,
): EventDamage | null {
  if (isEnded || line === null || line.length === 0) return null;
  const found = check.event(line, false);
  if (!("fault" in found) || found.fault === "envelope" || found.fault === "schema") return null;
  const { id, sequence } = judgeOptions(options);
  return {
    fault: "torn",
    reason: "the last line ends before its event does",
    file,
    line: 0,
    offset,
    bytes: Buffer.from(line.subarray(0, SHOWN_BYTES_MAX)),
    id: memberText(line, id),
    sequence: memberText(line, sequence),
  };
}
