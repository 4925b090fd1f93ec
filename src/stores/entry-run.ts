import { compareRanges } from "../receipts/byte-order.ts";
import {
  keyLengthAt,
  LENGTHS,
  packedEntryLength,
  writeLengths,
} from "../receipts/packed-entries.ts";
import { RunReader, type Run, type RunWriter } from "../receipts/sorted-runs.ts";
import type { Entry, EntrySink } from "../receipts/types.ts";
import type { KeyRange } from "./types.ts";

// How rows of an image come from a thread that reads them: as a file of packed entries, in order.

const BUFFER_BYTES = 256 * 1024;

/** The entries of a file, each a view that the next one overwrites. */
export function* entriesOf(run: Run, signal: AbortSignal): Generator<Entry> {
  using reader = new RunReader(run, BUFFER_BYTES);
  for (let more = reader.start(); more; more = reader.next()) {
    signal.throwIfAborted();
    const keyStart = reader.at + LENGTHS;
    const keyEnd = keyStart + keyLengthAt(reader.bytes, reader.at);
    yield {
      key: reader.bytes.subarray(keyStart, keyEnd),
      row: reader.bytes.subarray(keyEnd, reader.at + reader.length()),
    };
  }
}

/** Keeps the entries whose key lies in the range. */
export function rangeSink({ after, upTo }: KeyRange, writer: RunWriter): EntrySink {
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
