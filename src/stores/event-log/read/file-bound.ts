import { setTimeout as delay } from "node:timers/promises";

import type { EventBound, EventDamage } from "../../events.ts";
import type { EventLogOptions } from "../options.ts";
import { identifySegments, type Segment } from "../segments/identify.ts";
import { segmentsOf } from "../segments/list.ts";
import { segmentMissing } from "../segments/trouble.ts";
import { lineBefore, unpackedSize, type Tail } from "../segments/tail.ts";
import { memberText } from "./judge-line.ts";
import { judgeOptions, type LineCheck } from "./line-check.ts";

/** A writer needs less to finish a line. */
const WAITS = 5;
const WAIT_MS = 40;
/** Bytes of what is torn that are shown. */
const SHOWN_BYTES_MAX = 64 * 1024;

/** What is asked of a log of files. */
export interface BoundContext {
  readonly options: EventLogOptions;
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

async function tryBound({ options, check }: BoundContext): Promise<EventBound> {
  const segments = await identifySegments(options.path, options.lineBytesMax);
  const last = segments.at(-1);
  if (last === undefined) {
    if (segmentsOf(options.path).length === 0) throw segmentMissing(options.path);
    return { end: null, torn: null, bytes: 0 };
  }
  const size = await unpackedSize(last);
  const tail = await lineBefore(last, size, options.lineBytesMax);
  const earlier = segments.slice(0, -1).reduce((sum, each) => sum + each.size, 0);
  const place = { segment: last.id, file: last.file };
  const torn = tail === null ? null : tornIn(last, tail, options, check);
  const offset = torn === null ? size : torn.offset;
  return { end: { ...place, offset }, torn, bytes: earlier + offset };
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
