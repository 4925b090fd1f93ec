import type { JsonPiece } from "./piece.ts";
import { JsonReader } from "./reader.ts";
import { trimmed } from "./space.ts";
import type { ByteWindow } from "./window.ts";

const NEWLINE = 0x0a;

/** The pieces of a file with a record a line; null where the window needs more. */
export function* splitLines(window: ByteWindow, recordMax: number): Generator<JsonPiece | null> {
  for (let index = 0; ;) {
    const end = window.bytes.indexOf(NEWLINE, window.at);
    if (end === -1 && !window.ended && window.ahead < recordMax) {
      yield null;
      continue;
    }
    const to = end === -1 ? window.bytes.length : end;
    for (const piece of piecesOfLine(window, to, index)) {
      index += 1;
      yield piece;
    }
    if (end === -1 && window.ended) return;
    window.advance(end === -1 ? to : end + 1);
  }
}

/** None for an empty line; more than one where only the end of a line is gone between records. */
function piecesOfLine(window: ByteWindow, to: number, firstIndex: number): JsonPiece[] {
  const { bytes } = window;
  const [start, end] = trimmed(bytes, window.at, to);
  if (start === end) return [];
  const piece = (
    kind: JsonPiece["kind"],
    from: number,
    until: number,
    index: number,
  ): JsonPiece => ({
    kind,
    index,
    key: null,
    from: window.offsetOf(from),
    at: window.offsetOf(from),
    end: window.offsetOf(until),
    line: window.line,
    bytes: bytes.subarray(from, until),
  });
  const spans = soundSpans(bytes, start, end);
  if (spans === null) return [piece("damaged", start, end, firstIndex)];
  return spans.map(([from, until], at) => piece("record", from, until, firstIndex + at));
}

/**
 * The values of a line: one, or several objects or arrays with at most a byte between them, which
 * was the end of a line; null when it is not all sound.
 */
function soundSpans(bytes: Uint8Array, start: number, end: number): [number, number][] | null {
  const spans: [number, number][] = [];
  for (let from = start; from < end;) {
    const reader = new JsonReader(bytes, from, end);
    const first = reader.next();
    let event = first;
    while (event !== "end" && event !== "fault") event = reader.next();
    if (event === "fault") return null;
    spans.push([from, reader.end]);
    const isWhole = reader.isLast() && spans.length === 1;
    if (!isWhole && first !== "open-object" && first !== "open-array") return null;
    from = reader.at;
    if (from < end && !opens(bytes[from])) from += 1;
    if (from === end && !reader.isLast()) return null;
  }
  return spans;
}

function opens(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}
