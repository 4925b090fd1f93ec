import type { JobAnswer } from "../../core/pool.ts";
import { RunWriter, type Run } from "../../receipts/sorted-runs.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import { rangeSink } from "../entry-run.ts";
import type { KeyRange } from "../types.ts";
import { scanEntries, type EntriesInput } from "./rows.ts";

/** An image's entries, a range of their keys, and where the rows go. */
export interface RowsInput extends EntriesInput {
  readonly range: KeyRange;
  readonly scratch: string;
  /** File that receives the rows; must not exist. */
  readonly target: string;
}

/** Writes the rows of a range, in the order of their keys, to a file of packed entries. */
export function job(input: RowsInput): JobAnswer<Run> {
  using writer = new RunWriter(input.target);
  using sorter = new SortingSink(rangeSink(input.range, writer), { scratch: input.scratch });
  scanEntries(input, sorter);
  sorter.finish();
  return { output: writer.finish(), transfer: [] };
}
