import { SortingSink } from "../../receipts/sorting-sink.ts";
import type { EntrySink } from "../../receipts/types.ts";
import type { CellSink } from "./format/cell-sink.ts";
import { openRows } from "./format/open-tables.ts";
import type { RowidRange, StoredTable, TableRoot } from "./format/types.ts";

/** One table of a settled file, and where its rows may be sorted. */
export interface TableInput {
  readonly path: string;
  readonly table: StoredTable;
  readonly scratch: string;
}

/** Hands all rows of a table to the sink in the order of their canonical keys. */
export function scanTable(input: TableInput, sink: EntrySink): void {
  scanRange(input, sink, null);
}

/** The same for a range of row ids; without one, for all rows. */
export function scanRange(
  { path, table, scratch }: TableInput,
  sink: EntrySink,
  range: RowidRange | null,
): void {
  using reader = openRows(path);
  if (table.isOrdered) {
    reader.scan(table, sink, range ?? undefined);
    return;
  }
  using sorter = new SortingSink(sink, { scratch });
  reader.scan(table, sorter);
  sorter.finish();
}

/** Hands the row ids of a table to the sink, in ascending order. */
export function scanRowids(path: string, table: TableRoot, sink: CellSink): void {
  using reader = openRows(path);
  reader.scanRowids(table, sink);
}
