import type { EntrySink } from "../../../receipts/types.ts";
import type { CellSink } from "./cell-sink.ts";
import type { RecordColumn } from "./record-writer.ts";
import { RecordWriter } from "./record-writer.ts";
import { RowKey, writeRowidKey } from "./row-key.ts";

const NOTHING = new Uint8Array(0);
const ROWID_KEY_BYTES = 9;

/** How the cells of a table become entries. */
export interface RowShape {
  readonly keyKind: "rowid" | "columns" | "row";
  readonly key: readonly number[];
  readonly columns: readonly RecordColumn[];
  /** Says that a cell holds no record. */
  readonly complain: () => Error;
}

/** Turns cells into entries of the form that the table's key asks for. */
export function rowSink({ keyKind, key, columns, complain }: RowShape, into: EntrySink): CellSink {
  const record = new RecordWriter(columns);
  if (keyKind === "rowid") return byRowid(record, into, complain);
  if (keyKind === "columns") return byColumns(record, new RowKey(key), into, complain);
  return {
    cell: (bytes, start, end) => {
      if (!record.normalise(bytes, start, end)) throw complain();
      into.add(record.bytes, record.start, record.end, NOTHING, 0, 0);
    },
  };
}

function byRowid(record: RecordWriter, into: EntrySink, complain: () => Error): CellSink {
  const key = new Uint8Array(ROWID_KEY_BYTES);
  return {
    cell: (bytes, start, end, high, low) => {
      if (!record.normalise(bytes, start, end)) throw complain();
      writeRowidKey(key, high, low);
      into.add(key, 0, ROWID_KEY_BYTES, record.bytes, record.start, record.end);
    },
  };
}

function byColumns(
  record: RecordWriter,
  key: RowKey,
  into: EntrySink,
  complain: () => Error,
): CellSink {
  return {
    cell: (bytes, start, end) => {
      if (!record.normalise(bytes, start, end)) throw complain();
      const length = key.write(record.bytes, record.start, record.end);
      into.add(key.bytes, 0, length, record.bytes, record.start, record.end);
    },
  };
}
