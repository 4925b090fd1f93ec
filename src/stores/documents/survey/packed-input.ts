import { keyLengthAt, LENGTHS, rowLengthAt } from "../../../receipts/packed-entries.ts";
import type { EntrySink } from "../../../receipts/types.ts";

/** Hands packed entries on to a sink. */
export function unpackInto(sink: EntrySink, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const key = at + LENGTHS;
    const row = key + keyLengthAt(bytes, at);
    const end = row + rowLengthAt(bytes, at);
    sink.add(bytes, key, row, bytes, row, end);
    at = end;
  }
}
