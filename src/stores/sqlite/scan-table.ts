import { SalvorError } from "../../core/errors.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import type { EntrySink } from "../../receipts/types.ts";
import type { CellSink } from "./format/cell-sink.ts";
import { openTables } from "./format/open-tables.ts";
import type { RowidRange } from "./format/types.ts";

/** One table of a settled file, and where its rows may be sorted. */
export interface TableInput {
  readonly path: string;
  readonly table: string;
  readonly scratch: string;
}

/** Hands all rows of a table to the sink in the order of their canonical keys. */
export function scanTable({ path, table, scratch }: TableInput, sink: EntrySink): void {
  scanRange({ path, table, scratch }, sink, null);
}

/** The same for a range of row ids; without one, for all rows. */
export function scanRange(input: TableInput, sink: EntrySink, range: RowidRange | null): void {
  using reader = openTables(input.path);
  const found = reader.tables.find(({ collection }) => collection.name === input.table);
  if (found === undefined) throw noTable(input);
  if (found.isOrdered) {
    reader.scan(found, sink, range ?? undefined);
    return;
  }
  using sorter = new SortingSink(sink, { scratch: input.scratch });
  reader.scan(found, sorter);
  sorter.finish();
}

/** Hands the row ids of a table to the sink, in ascending order. */
export function scanRowids(input: TableInput, sink: CellSink): void {
  using reader = openTables(input.path);
  const found = reader.tables.find(({ collection }) => collection.name === input.table);
  if (found === undefined) throw noTable(input);
  reader.scanRowids(found, sink);
}

function noTable({ path, table }: TableInput): SalvorError {
  return new SalvorError("NOT_FOUND", `${path} has no table ${table}`, {
    hint: 'Run "salvor receipt" to see what it has.',
  });
}
