import type { JobAnswer } from "../../core/pool.ts";
import { compareRanges } from "../../receipts/byte-order.ts";
import { LENGTHS, packedEntryLength, writeLengths } from "../../receipts/packed-entries.ts";
import { RunWriter, type Run } from "../../receipts/sorted-runs.ts";
import type { EntrySink } from "../../receipts/types.ts";
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

/** Keeps the entries whose key lies in the range. */
function rangeSink({ after, upTo }: KeyRange, writer: RunWriter): EntrySink {
  let packed = new Uint8Array(64 * 1024);
  return {
    add: (key, keyStart, keyEnd, row, rowStart, rowEnd) => {
      if (after !== null && compareRanges(key, keyStart, keyEnd, after, 0, after.length) <= 0)
        return;
      if (upTo !== null && compareRanges(key, keyStart, keyEnd, upTo, 0, upTo.length) > 0) return;
      const keyLength = keyEnd - keyStart;
      const length = packedEntryLength(keyLength, rowEnd - rowStart);
      if (length > packed.length) packed = new Uint8Array(length * 2);
      writeLengths(packed, 0, keyLength, rowEnd - rowStart);
      packed.set(key.subarray(keyStart, keyEnd), LENGTHS);
      packed.set(row.subarray(rowStart, rowEnd), LENGTHS + keyLength);
      writer.write(packed, 0, length);
    },
  };
}
