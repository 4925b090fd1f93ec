import type { JobAnswer } from "../../core/pool.ts";
import { readKey, readRecord } from "../../receipts/canonical.ts";
import { portableEntry, portableShape, UnlistedColumns } from "../../receipts/portable.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import type { TextEncoding } from "../../receipts/show.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import { packTree } from "../../receipts/tree-codec.ts";
import type { Value } from "../../receipts/types.ts";
import type { StoredTable } from "./format/types.ts";
import { scanTable, type TableInput } from "./scan-table.ts";

/** A table, and the logical types that its columns were given by name. */
export interface PortableInput extends TableInput {
  readonly encoding: TextEncoding;
  readonly types: Readonly<Record<string, string>>;
}

/** A table's portable tree, and the columns with values that have no exact common form. */
export interface PortableOutput {
  /** `unpackTree` reads it. */
  readonly tree: ArrayBuffer;
  readonly unlisted: readonly string[];
}

/** The tree of one table under logical types: equal across engines, encodings and reloads. */
export function job(input: PortableInput): JobAnswer<PortableOutput> {
  const { encoding, types, table, scratch } = input;
  const { name } = table.collection;
  const shape = portableShape({ ...portableSource(table), collection: name, encoding, types });
  const unlisted = new UnlistedColumns();
  const builder = new TreeBuilder(name);
  using sorter = new SortingSink(builder, { scratch });
  scanTable(input, {
    add: (key, keyStart, keyEnd, row, rowStart, rowEnd) => {
      const values = valuesOf(
        table,
        key.subarray(keyStart, keyEnd),
        row.subarray(rowStart, rowEnd),
      );
      const entry = portableEntry(values, shape, unlisted);
      sorter.add(entry.key, 0, entry.key.length, entry.row, 0, entry.row.length);
    },
  });
  sorter.finish();
  const tree = packTree(builder.finish());
  return { output: { tree, unlisted: unlisted.list() }, transfer: [tree] };
}

function portableSource({ collection, definition }: StoredTable): {
  readonly columns: readonly { readonly name: string; readonly declared: string }[];
  readonly key: readonly string[];
} {
  const types = new Map(definition.columns.map(({ name, type }) => [name, type]));
  return {
    columns: collection.columns.map((name) => ({ name, declared: types.get(name) ?? "" })),
    key: collection.key,
  };
}

/** The values of a row; that of the row id's own column stands in the key only. */
function valuesOf(
  { collection, hasRowidKey }: StoredTable,
  key: Uint8Array,
  row: Uint8Array,
): readonly Value[] {
  if (collection.key.length === 0) return readRecord(key);
  const values = readRecord(row);
  if (!hasRowidKey) return values;
  const [rowid] = readKey(key);
  const at = collection.columns.indexOf(collection.key[0] ?? "");
  return rowid === undefined || at < 0 ? values : values.with(at, rowid);
}
