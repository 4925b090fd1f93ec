import type { EventBatch } from "../../events.ts";
import type { BatchMaker } from "./batch-maker.ts";
import { BlockLines, type KnownForm } from "./block-lines.ts";
import type { EventReading } from "./event-reading.ts";
import type { JudgeOptions } from "./judge-line.ts";
import type { LinesRequest } from "./line-block.ts";
import type { LineThread } from "./line-thread.ts";

/** A piece of a segment, and what reads and checks it. */
export interface SegmentRead {
  readonly thread: LineThread;
  readonly request: LinesRequest;
  readonly judge: JudgeOptions;
  readonly reading: EventReading;
  readonly batches: BatchMaker;
}

/** The events of a piece of a segment; a last line without its line feed is one, if it is whole. */
export async function* readSegment(
  read: SegmentRead,
  signal: AbortSignal,
): AsyncGenerator<EventBatch> {
  const { thread, request, batches, reading } = read;
  const blocks = thread.blocks(request, signal);
  const forms: KnownForm[] = [];
  let last: Uint8Array | null = null;
  for (;;) {
    const next = await blocks.next();
    if (next.done === true) {
      if (next.value !== null) yield* brokenEnd(read, next.value, last);
      else if (!batches.isEmpty) yield batches.finish(last, reading.state);
      return;
    }
    for (const form of next.value.learned) forms.push({ form, read: reading.ofForm(form) });
    const lines = new BlockLines(next.value, { ...read, forms });
    yield* lines.batches(last);
    last = lines.lastLine();
  }
}

/** The rest of a compressed segment cannot be had. */
function* brokenEnd(
  { batches, reading }: SegmentRead,
  trouble: string,
  last: Uint8Array | null,
): Generator<EventBatch> {
  if (batches.hasEvents) yield batches.finish(last, reading.state);
  const { file, line, offset } = batches.cursor;
  const reason = cannotBeUncompressed(file, trouble);
  reading.pass(Infinity);
  batches.addDamage({
    fault: "unreadable",
    reason,
    file,
    line: line + 1,
    offset,
    bytes: new Uint8Array(0),
    id: null,
    sequence: null,
  });
  yield batches.finish(last, reading.state);
}

/** Why what stands behind a place of a segment is not there, in one sentence without a full stop. */
export function cannotBeUncompressed(file: string, trouble: string): string {
  return `the rest of ${file} cannot be uncompressed: ${trouble}`;
}
