import { rm } from "node:fs/promises";
import { join } from "node:path";

import { entryModule } from "../../core/module.ts";
import { readKey } from "../../receipts/canonical.ts";
import type { Run } from "../../receipts/sorted-runs.ts";
import type { Entry } from "../../receipts/types.ts";
import { entriesOf } from "../entry-run.ts";
import type { KeyRange } from "../types.ts";
import { blameStore } from "./blame.ts";
import type { RowidRange, StoredTable } from "./format/types.ts";
import type { LiveDatabase } from "./live.ts";
import type { RowsInput } from "./rows-job.ts";

/** Rows of one table of an image in the order of their keys. */
export async function* imageRows(
  live: LiveDatabase,
  path: string,
  table: StoredTable,
  range: KeyRange,
  signal: AbortSignal,
): AsyncIterable<Entry> {
  const { pool, scratch, world } = live.context;
  const target = join(scratch, world.newId("rows"));
  const rowids = table.hasRowidKey ? rowidRange(range) : null;
  const input: RowsInput = { path, table, scratch, range, rowids, target };
  try {
    const module = entryModule("stores/sqlite/rows-job");
    const run = await blameStore(live, path, pool.run<Run>(module, input));
    yield* entriesOf(run, signal);
  } finally {
    await rm(target, { force: true });
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
