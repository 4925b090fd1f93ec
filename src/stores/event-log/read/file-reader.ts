import { sha256Hex } from "../../../core/hash.ts";
import type {
  EventBatch,
  EventBound,
  EventPosition,
  EventReader,
  EventReadOptions,
  LogEvent,
} from "../../events.ts";
import type { EventLogOptions } from "../options.ts";
import type { Segment } from "../segments/identify.ts";
import { LogSegments } from "../segments/log-segments.ts";
import { lineBefore, lineFrom } from "../segments/tail.ts";
import { logChanged } from "../segments/trouble.ts";
import { BatchMaker, type Cursor } from "./batch-maker.ts";
import { EventReading } from "./event-reading.ts";
import { boundOfFiles } from "./file-bound.ts";
import type { LinesRequest } from "./line-block.ts";
import { judgeOptions, LineCheck } from "./line-check.ts";
import { LineLookup } from "./line-lookup.ts";
import { LineThread } from "./line-thread.ts";
import { readSegment } from "./read-segment.ts";
import type { SchemaCheck } from "./types.ts";
import { wantedMembers } from "./wanted-members.ts";

/** Reads the events of a log of files. */
export class FileReader implements EventReader {
  readonly #options: EventLogOptions;
  readonly #schemas: () => Promise<SchemaCheck | null>;
  readonly #segments: LogSegments;
  readonly #lines: LineLookup;
  readonly #thread = new LineThread();
  #check: LineCheck | null = null;

  /** `schemas` is asked when the first event is read. */
  constructor(options: EventLogOptions, schemas: () => Promise<SchemaCheck | null>) {
    this.#options = options;
    this.#schemas = schemas;
    this.#segments = new LogSegments(options.path, options.lineBytesMax);
    this.#lines = new LineLookup(options.path, options.lineBytesMax);
  }

  async bound(signal: AbortSignal): Promise<EventBound> {
    const check = await this.#lineCheck();
    return boundOfFiles({ options: this.#options, segments: this.#segments, check }, signal);
  }

  async *read(options: EventReadOptions, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const { bound, batchMax } = options;
    const after = options.after?.segment === "" ? null : options.after; // the end of nothing
    if (bound.end === null && after !== null)
      throw logChanged(
        `${after.file} does not hold any more what lay before line ${after.line + 1}`,
      );
    const reading = new EventReading(this.#options, await this.#schemas(), startOf(after));
    let cursor: Cursor | null = null;
    let last: EventBatch | null = null;
    const segments = bound.end === null ? [] : await this.#segments.between(after, bound);
    for (const [index, segment] of segments.entries()) {
      cursor = await this.#cursorIn(segment, index === 0 ? after : null);
      const to = index === segments.length - 1 ? (bound.end?.offset ?? 0) : null;
      if (to !== null && cursor.offset >= to) break;
      const request = this.#request(await this.#segments.located(segment), cursor.offset, to);
      const batches = new BatchMaker(batchMax, cursor);
      const judge = judgeOptions(this.#options);
      const read = { thread: this.#thread, request, judge, reading, batches };
      for await (const batch of readSegment(read, signal)) {
        last = batch;
        yield batch;
      }
      if (to !== null && cursor.offset < to)
        throw logChanged(`${segment.path} became shorter while it was read`);
    }
    if (bound.torn !== null) yield tornBatch(bound, last?.end ?? after, cursor);
  }

  async lineAt(segment: string, offset: number): Promise<Uint8Array | null> {
    return this.#lines.lineAt(segment, offset);
  }

  async eventAt(
    segment: string,
    offset: number,
    isIt: (event: LogEvent) => boolean = () => true,
  ): Promise<LogEvent | null> {
    const check = await this.#lineCheck();
    let other: LogEvent | null = null;
    for await (const line of this.#lines.linesAt(segment, offset)) {
      const event = check.event(line, true);
      if ("fault" in event) continue;
      if (isIt(event)) return event;
      other ??= event;
    }
    return other;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines[Symbol.asyncDispose]();
    await this.#thread[Symbol.asyncDispose]();
  }

  async #lineCheck(): Promise<LineCheck> {
    return (this.#check ??= new LineCheck(this.#options, await this.#schemas()));
  }

  /** Where reading begins in a segment; what lies before that must be what lay there. */
  async #cursorIn(segment: Segment, after: EventPosition | null): Promise<Cursor> {
    const { id, file } = segment;
    if (after === null || after.offset === 0) return { segment: id, file, line: 0, offset: 0 };
    const tail = await lineBefore(segment, after.offset, this.#options.lineBytesMax);
    const isSame =
      tail !== null &&
      (after.last === null || tail.line === null || sha256Hex(tail.line) === after.last);
    if (!isSame)
      throw logChanged(`${file} does not hold any more what lay before line ${after.line + 1}`);
    const { line, offset } = after;
    if (tail.isEnded) return { segment: id, file, line, offset };
    const more = await lineFrom(segment.path, offset, this.#options.lineBytesMax);
    if (more !== null && more.length > 0 && !isReturn(more))
      throw logChanged(`line ${line} of ${file} goes on where it had ended`);
    return { segment: id, file, line, offset: offset + (more === null ? 0 : more.length + 1) };
  }

  #request({ path }: Segment, from: number, to: number | null): LinesRequest {
    const { checksum, chain, lineBytesMax } = this.#options;
    const { algorithm, over } = chain ?? {};
    const hasLinks = algorithm !== undefined && (over === "line" || over === "head");
    return {
      path,
      from,
      to,
      lineBytesMax,
      checksum: checksum?.over === "head" ? checksum : null,
      members: wantedMembers(this.#options),
      links: hasLinks ? { algorithm, over } : null,
    };
  }
}

function isReturn(bytes: Uint8Array): boolean {
  return bytes.length === 1 && bytes[0] === 0x0d;
}

function startOf(after: EventPosition | null) {
  if (after === null) return null;
  return { source: after.source ?? null, sequence: after.sequence, chain: after.chain };
}

/** Nothing goes on after half a line: the next reading finds it again, finished or not. */
function tornBatch(
  { torn, end }: EventBound,
  before: EventPosition | null,
  cursor: Cursor | null,
): EventBatch {
  const position = before ?? {
    segment: end?.segment ?? "",
    file: end?.file ?? "",
    offset: 0,
    line: 0,
    last: null,
    sequence: null,
    chain: null,
  };
  const at = cursor ?? position;
  // A segment of half a line is another one than that where reading ended.
  const lines = torn?.file === at.file ? at.line : 0;
  return {
    damaged: torn === null ? [] : [{ ...torn, line: lines + 1 }],
    events: [],
    offsets: new Float64Array(0),
    lines: new Float64Array(0),
    end: position,
    bytes: 0,
  };
}
