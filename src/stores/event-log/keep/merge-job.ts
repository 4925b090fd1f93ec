import type { JobAnswer } from "../../../core/pool.ts";
import { LENGTHS, keyLengthAt } from "../../../receipts/packed-entries.ts";
import { mergeRuns, RunWriter, type Run } from "../../../receipts/sorted-runs.ts";
import { TreeBuilder } from "../../../receipts/tree-builder.ts";
import { packTree } from "../../../receipts/tree-codec.ts";
import type { EntrySink } from "../../../receipts/types.ts";
import { rangeSink } from "../../entry-run.ts";
import type { KeyRange } from "../../types.ts";
import { EVENTS } from "./collections.ts";
import { OccurrenceSink } from "./event-keys.ts";

/** Sorted pieces of one collection, and what is wanted of them. */
export interface MergeInput {
  readonly collection: string;
  readonly runs: readonly Run[];
  /** A file for the entries of a range; null: the tree of all. */
  readonly rows: { readonly range: KeyRange; readonly target: string } | null;
}

/** A packed tree, or a run of rows. */
export interface Merged {
  readonly tree: ArrayBuffer | null;
  readonly rows: Run | null;
}

const MEMORY_BYTES = 16 << 20;

/** Merges what was sorted by pieces. */
export function job({ collection, runs, rows }: MergeInput): JobAnswer<Merged> {
  if (rows !== null) {
    using writer = new RunWriter(rows.target);
    merge(collection, runs, rangeSink(rows.range, writer));
    return { output: { tree: null, rows: writer.finish() }, transfer: [] };
  }
  const builder = new TreeBuilder(collection);
  merge(collection, runs, builder);
  const tree = packTree(builder.finish());
  return { output: { tree, rows: null }, transfer: [tree] };
}

function merge(collection: string, runs: readonly Run[], into: EntrySink): void {
  const sink = collection === EVENTS.name ? new OccurrenceSink(into) : into;
  mergeRuns(runs, MEMORY_BYTES, (bytes, at, length) => {
    const key = at + LENGTHS;
    const row = key + keyLengthAt(bytes, at);
    sink.add(bytes, key, row, bytes, row, at + length);
  });
}
