import type { JobAnswer } from "../../core/pool.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import { packTree } from "../../receipts/tree-codec.ts";
import { scanTable, type TableInput } from "./scan-table.ts";

/** The tree of one table, packed: `unpackTree` reads it. */
export function job(input: TableInput): JobAnswer<ArrayBuffer> {
  const builder = new TreeBuilder(input.table);
  scanTable(input, builder);
  const packed = packTree(builder.finish());
  return { output: packed, transfer: [packed] };
}
