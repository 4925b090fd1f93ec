import type { JobAnswer } from "../../core/pool.ts";
import { RunWriter, type Run } from "../../receipts/sorted-runs.ts";
import { rangeSink } from "../entry-run.ts";
import type { KeyRange } from "../types.ts";
import type { RowidRange } from "./format/types.ts";
import { scanRange, type TableInput } from "./scan-table.ts";

/** A table, a range of its keys, and where the rows go. */
export interface RowsInput extends TableInput {
  readonly range: KeyRange;
  /** The range as row ids, where the key is the row id: then nothing else is read. */
  readonly rowids: RowidRange | null;
  /** File that receives the entries; must not exist. */
  readonly target: string;
}

/** Writes the rows of a range, in the order of their keys, to a file of packed entries. */
export function job(input: RowsInput): JobAnswer<Run> {
  using writer = new RunWriter(input.target);
  scanRange(input, rangeSink(input.range, writer), input.rowids);
  return { output: writer.finish(), transfer: [] };
}
