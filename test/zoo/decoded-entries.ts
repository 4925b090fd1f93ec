import type {
  DatabaseReader,
  RowidRange,
  StoredTable,
} from "../../src/stores/sqlite/format/types.ts";

/** The rows of a table as our decoder hands them out, as `key/row` in hex, in its order. */
export function decodedEntries(
  reader: DatabaseReader,
  table: StoredTable,
  range?: RowidRange,
): readonly string[] {
  const entries: string[] = [];
  const hex = (bytes: Uint8Array, start: number, end: number): string =>
    Buffer.from(bytes.subarray(start, end)).toString("hex");
  const count = reader.scan(
    table,
    {
      add: (key, keyStart, keyEnd, row, rowStart, rowEnd) => {
        entries.push(`${hex(key, keyStart, keyEnd)}/${hex(row, rowStart, rowEnd)}`);
      },
    },
    range,
  );
  if (range === undefined && count !== entries.length)
    throw new Error(`${count} rows were counted`);
  return entries;
}
