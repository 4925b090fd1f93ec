import type { JobAnswer } from "../../core/pool.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import { packTree } from "../../receipts/tree-codec.ts";
import { FILES, scanEntries, type EntriesInput } from "./rows.ts";

/** An image's entries, and a folder for sorting them. */
export interface SealInput extends EntriesInput {
  readonly scratch: string;
}

/** The tree of digests of all entries; `unpackTree` reads it. */
export function job(input: SealInput): JobAnswer<ArrayBuffer> {
  const builder = new TreeBuilder(FILES.name);
  using sorter = new SortingSink(builder, { scratch: input.scratch });
  scanEntries(input, sorter);
  sorter.finish();
  const tree = packTree(builder.finish());
  return { output: tree, transfer: [tree] };
}
