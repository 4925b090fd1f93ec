import { basename } from "node:path";
import type { DatabaseSync } from "node:sqlite";

import { sha256Hex } from "../../../core/hash.ts";
import { canonicalExact } from "../../../core/exact-json.ts";
import type {
  EventBatch,
  EventBound,
  EventPosition,
  EventReader,
  EventReadOptions,
  LogEvent,
} from "../../events.ts";
import type { EventLogOptions } from "../options.ts";
import { BatchMaker } from "../read/batch-maker.ts";
import { EventReading } from "../read/event-reading.ts";
import type { LineFault } from "../read/judge-line.ts";
import type { SchemaCheck } from "../read/types.ts";
import { logChanged } from "../segments/trouble.ts";
import { openDatabase } from "./database.ts";
import { EventRows, type EventRow } from "./rows.ts";

/** Rows that are asked for at a time. */
const ROWS_MAX = 1_000;
const NO_BYTES = new Uint8Array(0);

/** Reads the events of a table of an SQLite database, in the process that opens it. */
export class TableReader implements EventReader {
  readonly #options: EventLogOptions;
  readonly #schemas: () => Promise<SchemaCheck | null>;
  readonly #segment: string;
  readonly #file: string;
  #database: DatabaseSync | null = null;
  #rows: EventRows | null = null;

  /** `schemas` is asked when the first event is read. */
  constructor(options: EventLogOptions, schemas: () => Promise<SchemaCheck | null>) {
    this.#options = options;
    this.#schemas = schemas;
    this.#segment = sha256Hex(Buffer.from(`table ${options.table ?? ""}`));
    this.#file = basename(options.path);
  }

  async bound(): Promise<EventBound> {
    const rows = this.#open();
    const offset = rows.last();
    const place = { segment: this.#segment, file: this.#file };
    const end = offset === null ? null : { ...place, offset };
    return { end, torn: null, bytes: Math.max(0, offset ?? 0) }; // what places count
  }

  async *read(options: EventReadOptions, signal: AbortSignal): AsyncGenerator<EventBatch> {
    const { after, bound, batchMax } = options;
    if (bound.end === null) return;
    const rows = this.#open();
    this.#verify(rows, after);
    const reading = new EventReading(this.#options, await this.#schemas(), startOf(after));
    const cursor = { segment: this.#segment, file: this.#file, line: after?.line ?? 0, offset: 0 };
    cursor.offset = after?.offset ?? 0;
    const batches = new BatchMaker(batchMax, cursor, Infinity);
    let last: EventRow | null = null;
    let place = after?.offset ?? null;
    for (;;) {
      signal.throwIfAborted();
      const page = rows.between(place, bound.end.offset, ROWS_MAX);
      for (const row of page) {
        const taken = this.#judge(row, reading);
        const isCut = batches.isFull || (taken.damaged.length > 0 && batches.hasEvents);
        if (isCut) yield batches.finish(lineOf(last), reading.state);
        this.#take(taken, row, batches, reading);
        last = row;
      }
      place = page.at(-1)?.place ?? place;
      if (page.length < ROWS_MAX) break;
    }
    if (last !== null && !batches.isEmpty) yield batches.finish(lineOf(last), reading.state);
  }

  async lineAt(segment: string, offset: number): Promise<Uint8Array | null> {
    return segment === this.#segment ? lineOf(this.#open().at(offset)) : null;
  }

  async eventAt(segment: string, offset: number): Promise<LogEvent | null> {
    const row = segment === this.#segment ? this.#open().at(offset) : null;
    if (row === null || row.trouble !== null) return null;
    const event = new EventReading(this.#options, await this.#schemas(), null).event(row.line);
    return "fault" in event ? null : event;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database?.close();
    this.#database = null;
    this.#rows = null;
  }

  #open(): EventRows {
    if (this.#rows !== null) return this.#rows;
    this.#database = openDatabase(this.#options.path);
    this.#rows = new EventRows(this.#database, this.#options);
    return this.#rows;
  }

  #verify(rows: EventRows, after: EventPosition | null): void {
    if (after === null) return;
    const { table = "", path } = this.#options;
    if (after.segment !== this.#segment) throw logChanged(`${after.file} was another table`);
    const line = lineOf(rows.at(after.offset));
    if (after.last === null || (line !== null && sha256Hex(line) === after.last)) return;
    throw logChanged(`row ${after.offset} of ${table} in ${path} is not what it was`);
  }

  #judge(row: EventRow, reading: EventReading): Judged {
    if (row.trouble !== null) return broken(row, { fault: "unreadable", reason: row.trouble });
    const event = reading.event(row.line);
    if ("fault" in event) return broken(row, event);
    const breaks = reading.breaksBefore(row.line, event);
    const damaged = breaks.map((each) => ({ ...each, bytes: NO_BYTES, id: event.id }));
    return { event, damaged };
  }

  #take(
    { event, damaged }: Judged,
    row: EventRow,
    batches: BatchMaker,
    reading: EventReading,
  ): void {
    const { cursor } = batches;
    cursor.offset = row.place;
    for (const each of damaged)
      batches.addDamage({ ...each, file: this.#file, line: cursor.line + 1, offset: row.place });
    if (event === null) reading.pass(1);
    else {
      reading.accept(row.line, event, null);
      batches.add(event);
    }
    cursor.line++;
  }
}

/** An event, if the row is one, and what is damaged there. */
interface Judged {
  readonly event: LogEvent | null;
  readonly damaged: readonly (LineFault & {
    readonly bytes: Uint8Array;
    readonly id: string | null;
    readonly sequence: string | null;
  })[];
}

function broken(row: EventRow, fault: LineFault): Judged {
  const { id, sequence } = row.line;
  const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
  const bytes = lineOf(row) ?? NO_BYTES;
  return {
    event: null,
    damaged: [{ ...fault, bytes, id: textOf(id), sequence: textOf(sequence) }],
  };
}

/** A row as the line that it would be. */
function lineOf(row: EventRow | null): Uint8Array | null {
  return row === null ? null : Buffer.from(canonicalExact(row.line));
}

function startOf(after: EventPosition | null) {
  if (after === null) return null;
  return { source: after.source ?? null, sequence: after.sequence, chain: after.chain };
}
