import { writeKey, writeRecord } from "../../receipts/canonical.ts";
import { collectionDigest } from "../../receipts/tree.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import type { CollectionSeal, Value } from "../../receipts/types.ts";
import type { TreeEntry } from "./entry.ts";
import type { FilesOptions } from "./options.ts";
import { showPath } from "./raw-path.ts";
import { FILES, rowOf } from "./rows.ts";

/** Which facts of an entry the receipt of a store of files compares. It goes to other processes. */
export interface RowForm {
  readonly collection: string;
  /** Some of those of a tree. */
  readonly columns: readonly string[];
  /** User and group count. */
  readonly owners: boolean;
  /** The paths of files stand there as they are shown to people. */
  readonly shown: boolean;
}

/** That of a tree of files: everything. */
export function treeForm({ owners }: FilesOptions): RowForm {
  const { name: collection, columns } = FILES;
  return { collection, columns, owners: owners === "compared", shown: false };
}

/** The row of an entry, without what this form does not compare; the path comes first. */
function formRow(form: RowForm, entry: TreeEntry): readonly Value[] {
  const values = rowOf(entry, form.owners);
  return form.columns.flatMap((column) => {
    if (column === "path" && form.shown && entry.kind === "file") return shownPath(entry);
    return values[FILES.columns.indexOf(column)] ?? [];
  });
}

function shownPath({ path }: TreeEntry): Value {
  return { type: "text", bytes: Buffer.from(showPath(path)) };
}

/** What a receipt says of these entries, which come in any order. */
export function sealEntries(
  form: RowForm,
  entries: Iterable<TreeEntry>,
  scratch: string,
): CollectionSeal {
  const builder = new TreeBuilder(form.collection);
  using sorter = new SortingSink(builder, { scratch });
  for (const entry of entries) {
    const values = formRow(form, entry);
    const key = writeKey(values.slice(0, 1));
    const row = writeRecord(values);
    sorter.add(key, 0, key.length, row, 0, row.length);
  }
  sorter.finish();
  const tree = builder.finish();
  return { count: tree.count, digest: collectionDigest(tree) };
}

/** Have they the same row? What could not be read has none. */
export function isSame(form: RowForm, entry: TreeEntry, other: TreeEntry | undefined): boolean {
  if (other === undefined) return false;
  const [a, b] = [entry, other].map((each) => writeRecord(formRow(form, each)));
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}
