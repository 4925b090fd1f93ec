import { DatabaseSync, type StatementSync } from "node:sqlite";

import { canonicalExact } from "../../../core/exact-json.ts";
import { fileTrouble } from "../../../core/file-trouble.ts";
import { timestamp } from "../../../core/world.ts";
import type { EventBatch, EventPlace, LogEvent } from "../../events.ts";
import type { HostTask } from "../../host/messages.ts";
import type { EventLogOptions } from "../options.ts";
import { openReader } from "../read/open-reader.ts";
import { wholeNumber } from "../read/sequence.ts";
import { identifySegments } from "../segments/identify.ts";
import { unpackedExtent } from "../segments/tail.ts";

/** Which events become rows, and where. */
export interface EventTableInput {
  /** A database that does not exist yet. */
  readonly target: string;
  readonly options: EventLogOptions;
  /** Bytes of each file that are in the image, as they lie there. */
  readonly sizes: Readonly<Record<string, number>>;
}

const SCHEMA = `CREATE TABLE events(id TEXT, type TEXT, source TEXT, subject TEXT, time TEXT,
  sequence, data TEXT, _file TEXT, _line INTEGER, _offset INTEGER)`;
const BATCH_MAX = 1_000;
const NEVER = new AbortController().signal; // a host is killed

/** Lays events out as a table; what is damaged is not in it. */
export const task: HostTask<EventTableInput, null> = async ({ target, options, sizes }) => {
  try {
    using database = new DatabaseSync(target);
    // Nobody misses it after a crash.
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
    database.exec(`${SCHEMA}; BEGIN`);
    const insert = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    await using reader = openReader(options);
    const bound = { end: await endOf(options, sizes), torn: null, bytes: 0 };
    for await (const batch of reader.read({ after: null, bound, batchMax: BATCH_MAX }, NEVER))
      insertBatch(insert, batch);
    database.exec("COMMIT");
    return null;
  } catch (error) {
    throw fileTrouble(target, error) ?? error;
  }
};

/** What was appended since the image was taken is not in it. */
async function endOf(
  { path, lineBytesMax }: EventLogOptions,
  sizes: EventTableInput["sizes"],
): Promise<EventPlace | null> {
  const segments = await identifySegments(path, lineBytesMax);
  const last = segments.findLast(({ file }) => (sizes[file] ?? 0) > 0);
  if (last === undefined) return null;
  const isPlain = last.compression === "none";
  const offset = isPlain ? (sizes[last.file] ?? 0) : (await unpackedExtent(last)).size;
  return { segment: last.id, file: last.file, offset };
}

function insertBatch(
  insert: StatementSync,
  { events, lines, offsets, end: { file } }: EventBatch,
): void {
  for (let index = 0; index < events.length; index++) {
    const { id, type, source, subject, timeMs, sequence, data } = events[index] as LogEvent;
    const time = timeMs === null ? null : timestamp(timeMs);
    const number = sequence === null ? null : numberOf(sequence);
    const place = [file, lines[index] ?? 0, offsets[index] ?? 0] as const;
    insert.run(id, type, source, subject, time, number, canonicalExact(data), ...place);
  }
}

function numberOf(sequence: string): number | string {
  const number = wholeNumber(sequence);
  return number < 0 ? sequence : number;
}
