import type { ExactObject } from "../../../core/exact-json.ts";
import type { EventBatch, EventDamage, LogEvent } from "../../events.ts";
import { DIGITS } from "../digest/digest.ts";
import type { BatchMaker } from "./batch-maker.ts";
import type { Break, EventReading } from "./event-reading.ts";
import {
  eventsIn,
  judgeLine,
  memberText,
  type JudgeOptions,
  type LineFault,
} from "./judge-line.ts";
import { parseObject } from "./parse-object.ts";
import { buildLine, type LineForm } from "./line-form.ts";
import { VERDICT, type LineBlock, type LinesRequest } from "./line-block.ts";

/** Bytes of a damaged line that are shown. */
const SHOWN_BYTES_MAX = 64 * 1024;
/** Bytes of lines that are decoded at a time. */
const TEXT_BYTES = 16 * 1024;
const NO_BYTES = new Uint8Array(0);
const RETURN = 0x0d;

/** A form, and what takes events out of its lines; null where that needs the line as an object. */
export interface KnownForm {
  readonly form: LineForm;
  readonly read: ReturnType<EventReading["ofForm"]>;
}

/** What the lines of a block are held against, and where their events go. */
export interface BlockContext {
  readonly request: LinesRequest;
  readonly judge: JudgeOptions;
  /** Forms of lines that the thread has told of. */
  readonly forms: readonly KnownForm[];
  readonly reading: EventReading;
  readonly batches: BatchMaker;
}

/** A line that is no event, or an event with something broken before it. */
type Stop =
  | { readonly fault: LineFault }
  | {
      readonly breaks: readonly Break[];
      readonly line: ExactObject | null;
      readonly event: LogEvent;
    };

/** The lines of one block, as events and damage. */
export class BlockLines {
  readonly #block: LineBlock;
  readonly #bytes: Buffer;
  readonly #context: BlockContext;
  readonly #digits: number;
  readonly #forms: readonly KnownForm[];
  /** Where in the block the text ends that lines are cut out of. */
  #textEnd = 0;
  /** The next line, and where it begins in the block. */
  #line = 0;
  #start = 0;
  /** Where the values of the next line are, if it has a form. */
  readonly #cut: { text: string; start: number; readonly holes: Uint32Array; at: number };
  /** The line that an event was taken from, as an object; null where it was not made one. */
  #object: ExactObject | null = null;

  constructor(block: LineBlock, context: BlockContext) {
    this.#block = block;
    this.#context = context;
    const end = block.ends[block.count - 1] ?? 0;
    this.#bytes = Buffer.from(block.buffer, 0, end);
    this.#forms = context.forms;
    this.#cut = { text: "", start: 0, holes: block.holes, at: 0 };
    const { links } = context.request;
    this.#digits = links === null ? 0 : DIGITS[links.algorithm];
  }

  /** The batches that end within the block. `before` is the last line before it. */
  *batches(before: Uint8Array | null): Generator<EventBatch> {
    const { batches, reading } = this.#context;
    while (this.#line < this.#block.count) {
      const stop = this.#takeEvents();
      if (batches.isFull || (stop !== null && batches.hasEvents))
        yield batches.finish(this.#lineBefore() ?? before, reading.state);
      if (stop !== null) this.#take(stop);
    }
  }

  /** A copy of the last line, which outlives the block; null of one that is not here whole. */
  lastLine(): Uint8Array | null {
    return this.#block.skipped > 0 ? null : Uint8Array.from(this.#lineBefore() ?? NO_BYTES);
  }

  /** Takes events until there are enough; what stops it is not taken. */
  #takeEvents(): Stop | null {
    const { batches, reading } = this.#context;
    const { count, ends, verdicts } = this.#block;
    while (this.#line < count && !batches.isFull) {
      const end = ends[this.#line] as number;
      if (verdicts[this.#line] !== VERDICT.whole) return { fault: this.#fault() };
      if (!this.#isEmpty(end)) {
        const event = this.#event(end);
        if ("fault" in event) return { fault: event };
        const line = this.#object;
        const breaks = reading.breaksBefore(line, event);
        if (breaks.length > 0) return { breaks, line, event };
        this.#accept(line, event);
      }
      this.#advance(end);
    }
    return null;
  }

  #isEmpty(end: number): boolean {
    const length = end - this.#start;
    return length === 0 || (length === 1 && this.#bytes[this.#start] === RETURN);
  }

  #event(end: number): LogEvent | LineFault {
    const known = this.#forms[(this.#block.forms[this.#line] as number) - 1];
    if (known?.read == null) {
      this.#object = this.#parse(known?.form, end);
      return this.#object === null ? this.#fault() : this.#context.reading.event(this.#object);
    }
    this.#object = null;
    if (end > this.#textEnd) this.#decode();
    return known.read(this.#cut);
  }

  /** The object of a line; null when it is none. */
  #parse(form: LineForm | undefined, end: number): ExactObject | null {
    if (form === undefined && !this.#block.isAscii)
      return parseObject(this.#bytes.toString("utf8", this.#start, end));
    if (end > this.#textEnd) this.#decode();
    if (form !== undefined) return buildLine(form.plan, this.#cut);
    const { text, start } = this.#cut;
    return parseObject(text.slice(this.#start - start, end - start));
  }

  /**
   * Decodes the next lines. Whoever keeps a value of an event keeps the text that it is cut out of,
   * and V8 frees small texts sooner than large ones.
   */
  #decode(): void {
    const { count, ends } = this.#block;
    let last = this.#line;
    while (last + 1 < count && (ends[last + 1] as number) - this.#start <= TEXT_BYTES) last++;
    this.#textEnd = ends[last] as number;
    this.#cut.start = this.#start;
    // A character for each byte: right where a line is ASCII.
    this.#cut.text = this.#bytes.toString("latin1", this.#start, this.#textEnd);
  }

  #accept(line: ExactObject | null, event: LogEvent): void {
    const { batches, reading } = this.#context;
    const at = this.#line * this.#digits;
    reading.accept(line, event, this.#block.links?.slice(at, at + this.#digits) ?? null);
    batches.add(event);
  }

  #take(stop: Stop): void {
    const { batches, reading, judge } = this.#context;
    const end = this.#block.ends[this.#line] as number;
    if ("fault" in stop) {
      const bytes = this.#bytes.subarray(this.#start, end);
      batches.addDamage(this.#damage(stop.fault, bytes));
      reading.pass(eventsIn(bytes, judge));
    } else {
      for (const { sequence, ...fault } of stop.breaks)
        batches.addDamage({ ...this.#damage(fault, NO_BYTES), sequence });
      this.#accept(stop.line, stop.event);
    }
    this.#advance(end);
  }

  #damage({ fault, reason }: LineFault, line: Uint8Array): EventDamage {
    const { judge, batches } = this.#context;
    const bytes = Buffer.from(line.subarray(0, SHOWN_BYTES_MAX));
    return {
      fault,
      reason,
      file: batches.cursor.file,
      line: batches.cursor.line + 1,
      offset: batches.cursor.offset,
      bytes,
      id: memberText(bytes, judge.id),
      sequence: memberText(bytes, judge.sequence),
    };
  }

  #fault(): LineFault {
    const { count, ends, verdicts, isEnded } = this.#block;
    const bytes = this.#bytes.subarray(this.#start, ends[this.#line]);
    const verdict = verdicts[this.#line] ?? VERDICT.whole;
    const line = { bytes, verdict, isEnded: isEnded || this.#line < count - 1 };
    return judgeLine(line, this.#context.judge);
  }

  #advance(end: number): void {
    const { count, forms, isEnded, offset, skipped } = this.#block;
    const { cursor } = this.#context.batches;
    const known = this.#forms[(forms[this.#line] as number) - 1];
    if (known !== undefined) this.#cut.at += known.form.wanted;
    const isLast = ++this.#line === count;
    this.#start = end + 1;
    cursor.line++;
    cursor.offset = offset + end + (isLast ? skipped : 0) + (isLast && !isEnded ? 0 : 1);
  }

  /** The line before the next one; null when that is the first. */
  #lineBefore(): Uint8Array | null {
    if (this.#line === 0) return null;
    const { ends } = this.#block;
    const start = this.#line === 1 ? 0 : (ends[this.#line - 2] as number) + 1;
    return this.#bytes.subarray(start, ends[this.#line - 1]);
  }
}
