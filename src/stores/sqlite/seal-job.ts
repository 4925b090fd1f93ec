import type { JobAnswer } from "../../core/pool.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import { packTree } from "../../receipts/tree-codec.ts";
import { OrphanSink, type FollowedReference } from "./orphan-sink.ts";
import type { RowidReference } from "./references.ts";
import { RowidSet } from "./rowid-set.ts";
import { scanRowids, scanTable, type TableInput } from "./scan-table.ts";

/** A table to be sealed, and what is found out on the way. */
export interface SealInput extends TableInput {
  /** References that are followed on the way. */
  readonly references: readonly RowidReference[];
  /** The table's entries have their whole row as key. */
  readonly isKeyless: boolean;
}

/** A table's tree, and how many of its references point nowhere. */
export interface SealOutput {
  /** `unpackTree` reads it. */
  readonly tree: ArrayBuffer;
  /** Orphans of each reference; null where only the engine can tell. */
  readonly orphans: readonly (number | null)[];
}

/** The tree of one table, and what of its references points nowhere, in one pass over its rows. */
export function job(input: SealInput): JobAnswer<SealOutput> {
  const builder = new TreeBuilder(input.table.collection.name);
  const sink = new OrphanSink(builder, followed(input), input.isKeyless);
  scanTable(input, sink);
  const tree = packTree(builder.finish());
  return { output: { tree, orphans: sink.counts() }, transfer: [tree] };
}

function followed({ references, path }: SealInput): readonly FollowedReference[] {
  const parents = new Map<number, RowidSet>();
  for (const { parent } of references) {
    if (parents.has(parent.rootPage)) continue;
    const rowids = new RowidSet();
    scanRowids(path, parent, rowids);
    parents.set(parent.rootPage, rowids);
  }
  return references.flatMap(({ column, parent }) => {
    const found = parents.get(parent.rootPage);
    return found === undefined ? [] : [{ column, parents: found }];
  });
}
