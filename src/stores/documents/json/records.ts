import type { JsonPiece, RecordLimits } from "./piece.ts";
import { splitContainer } from "./split-container.ts";
import { splitLines } from "./split-lines.ts";
import { ByteWindow, refill } from "./window.ts";

/** How a file holds records: one a line, or in one array or one object of the whole file. */
export type RecordForm = "jsonl" | "array" | "object";

const LIMITS: RecordLimits = { recordMax: 64 * 1024 * 1024, certainOnly: false };

/**
 * The records of a file, one after the other, in memory of a few times its largest record. Behind a
 * damaged record it finds the next sound one, so that one bad byte costs one record.
 */
export async function* readRecords(
  source: AsyncIterable<Uint8Array>,
  form: RecordForm,
  signal: AbortSignal,
  options: Partial<RecordLimits> = {},
): AsyncGenerator<JsonPiece> {
  const window = new ByteWindow(new Uint8Array(0), false);
  const portions = source[Symbol.asyncIterator]();
  try {
    for (const piece of split(window, form, { ...LIMITS, ...options })) {
      if (piece === null) {
        signal.throwIfAborted();
        await refill(window, portions);
      } else yield piece;
    }
  } finally {
    await portions.return?.();
  }
}

/** The same for a file in memory. */
export function* recordsOf(
  bytes: Uint8Array,
  form: RecordForm,
  options: Partial<RecordLimits> = {},
): Generator<JsonPiece> {
  for (const piece of split(new ByteWindow(bytes, true), form, { ...LIMITS, ...options })) {
    if (piece !== null) yield piece;
  }
}

/** Pieces, and null where the window needs more. */
function split(
  window: ByteWindow,
  form: RecordForm,
  limits: RecordLimits,
): Generator<JsonPiece | null> {
  if (form === "jsonl") return splitLines(window, limits.recordMax);
  return splitContainer(window, form, limits);
}
