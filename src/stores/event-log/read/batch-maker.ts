import { sha256Hex } from "../../../core/hash.ts";
import type { EventBatch, EventDamage, EventPosition, LogEvent } from "../../events.ts";
import type { ReadingStart } from "./event-reading.ts";

/** Uncompressed bytes after which a batch ends, however few events they are. */
const BATCH_BYTES = 8 << 20;

/** Where the lines of a segment are, while they are read. */
export interface Cursor {
  readonly segment: string;
  readonly file: string;
  /** Lines before the next one. */
  line: number;
  /** Where the next line begins. */
  offset: number;
}

/** Collects events of one segment until there are enough, or damage must come first. */
export class BatchMaker {
  readonly #batchMax: number;
  readonly #bytesMax: number;
  readonly cursor: Cursor;
  #events: LogEvent[] = [];
  #offsets: number[] = [];
  #lines: number[] = [];
  #damaged: EventDamage[] = [];
  #start: number;

  /** @param bytesMax for places that are no bytes: Infinity. */
  constructor(batchMax: number, cursor: Cursor, bytesMax: number = BATCH_BYTES) {
    this.#batchMax = batchMax;
    this.#bytesMax = bytesMax;
    this.cursor = cursor;
    this.#start = cursor.offset;
  }

  /** The batch ends before more is put in. */
  get isFull(): boolean {
    return (
      this.#events.length >= this.#batchMax || this.cursor.offset - this.#start >= this.#bytesMax
    );
  }

  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  /** Nothing was passed since the last batch. */
  get isEmpty(): boolean {
    const isThere = this.hasEvents || this.#damaged.length > 0;
    return this.cursor.offset === this.#start && !isThere;
  }

  /** The line that the cursor stands before is an event. */
  add(event: LogEvent): void {
    this.#events.push(event);
    this.#offsets.push(this.cursor.offset);
    this.#lines.push(this.cursor.line + 1);
  }

  /** Only while there are no events. */
  addDamage(damage: EventDamage): void {
    this.#damaged.push(damage);
  }

  /** What there is, and begins anew. `last` is the line before the cursor; null without one. */
  finish(last: Uint8Array | null, state: ReadingStart): EventBatch {
    const { segment, file, line, offset } = this.cursor;
    const end: EventPosition = {
      segment,
      file,
      offset,
      line,
      last: last === null ? null : sha256Hex(last),
      sequence: state.sequence,
      source: state.source,
      chain: state.chain,
    };
    const batch: EventBatch = {
      damaged: this.#damaged,
      events: this.#events,
      offsets: Float64Array.from(this.#offsets),
      lines: Float64Array.from(this.#lines),
      end,
      bytes: offset - this.#start,
    };
    this.#events = [];
    this.#offsets = [];
    this.#lines = [];
    this.#damaged = [];
    this.#start = offset;
    return batch;
  }
}
