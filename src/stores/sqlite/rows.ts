import { rm } from "node:fs/promises";
import { join } from "node:path";

import { entryModule } from "../../core/module.ts";
import { readKey } from "../../receipts/canonical.ts";
import { keyLengthAt, LENGTHS } from "../../receipts/packed-entries.ts";
import { RunReader, type Run } from "../../receipts/sorted-runs.ts";
import type { Entry } from "../../receipts/types.ts";
import type { DriverContext, KeyRange } from "../types.ts";
import type { RowidRange, StoredTable } from "./format/types.ts";
import type { RowsInput } from "./rows-job.ts";

const BUFFER_BYTES = 256 * 1024;

/** Rows of one table of an image in the order of their keys. */
export async function* imageRows(
  { pool, scratch, world }: DriverContext,
  path: string,
  table: StoredTable,
  range: KeyRange,
  signal: AbortSignal,
): AsyncIterable<Entry> {
  const target = join(scratch, world.newId("rows"));
  const rowids = table.hasRowidKey ? rowidRange(range) : null;
  const input: RowsInput = { path, table: table.collection.name, scratch, range, rowids, target };
  try {
    const run = await pool.run<Run>(entryModule("stores/sqlite/rows-job"), input);
    yield* entriesOf(run, signal);
  } finally {
    await rm(target, { force: true });
  }
}

function* entriesOf(run: Run, signal: AbortSignal): Generator<Entry> {
  using reader = new RunReader(run, BUFFER_BYTES);
  for (let more = reader.start(); more; more = reader.next()) {
    signal.throwIfAborted();
    const keyStart = reader.at + LENGTHS;
    const keyEnd = keyStart + keyLengthAt(reader.bytes, reader.at);
    yield {
      key: reader.bytes.subarray(keyStart, keyEnd),
      row: reader.bytes.subarray(keyEnd, reader.at + reader.length()),
    };
  }
}

function rowidRange({ after, upTo }: KeyRange): RowidRange {
  return { after: after && rowidOf(after), upTo: upTo && rowidOf(upTo) };
}

/** A key that is no integer stands after all of them: its kind of value comes later. */
function rowidOf(key: Uint8Array): bigint | null {
  const [value] = readKey(key);
  return value?.type === "integer" ? value.value : null;
}
