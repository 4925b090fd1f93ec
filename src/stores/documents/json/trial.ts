import { keyText } from "./place.ts";
import { JsonReader } from "./reader.ts";
import { skipSpace } from "./space.ts";
import type { ByteWindow } from "./window.ts";

const COMMA = 0x2c;
const COLON = 0x3a;

/** What a record looks like that is read from one place. Places are offsets in the whole file. */
export interface RecordTrial {
  /**
   * `sound`: a value, and behind it a comma, the closing bracket or the end. `unseparated`: an
   * object or array with something else behind it. `more`: the window ends too early to tell.
   */
  readonly kind: "sound" | "unseparated" | "faulty" | "more";
  readonly key: string | null;
  /** Where the record begins, with its key. */
  readonly from: number;
  /** The value, without its key. */
  readonly at: number;
  readonly end: number;
  /** The first byte behind the value that is no white space, and its place; -1 at the end. */
  readonly next: number;
  readonly nextAt: number;
}

/** Reads the record at an offset: a value, or in an object a key and a value. */
export function readRecord(window: ByteWindow, offset: number, closer: number): RecordTrial {
  const from = window.indexOf(offset);
  if (closer === 0x5d) return readValue(window, { from, at: from, key: null }, closer);
  const reader = new JsonReader(window.bytes, from);
  if (reader.next() !== "string") return unread(window, reader);
  const colon = skipSpace(window.bytes, reader.end);
  if (window.bytes[colon] !== COLON) return unread(window, colon);
  const key = keyText(window.bytes, reader.start, reader.end);
  return readValue(window, { from, at: skipSpace(window.bytes, colon + 1), key }, closer);
}

function readValue(
  window: ByteWindow,
  { from, at, key }: { readonly from: number; readonly at: number; readonly key: string | null },
  closer: number,
): RecordTrial {
  const { bytes } = window;
  const reader = new JsonReader(bytes, at);
  const first = reader.next();
  let event = first;
  while (event !== "end" && event !== "fault") event = reader.next();
  if (event === "fault") return unread(window, reader);
  const nextAt = skipSpace(bytes, reader.end);
  if (nextAt === bytes.length && !window.ended) return unread(window, nextAt);
  const next = bytes[nextAt] ?? -1;
  // A number at the very end may have lost digits.
  if (next === -1 && first === "number") return unread(window, nextAt);
  const isSeparated = next === COMMA || next === closer || next === -1;
  if (!isSeparated && first !== "open-object" && first !== "open-array") {
    return unread(window, nextAt);
  }
  return {
    kind: isSeparated ? "sound" : "unseparated",
    key,
    from: window.offsetOf(from),
    at: window.offsetOf(at),
    end: window.offsetOf(reader.end),
    next,
    nextAt: window.offsetOf(nextAt),
  };
}

/** `more` when the window ended before the fault did. */
function unread(window: ByteWindow, where: JsonReader | number): RecordTrial {
  const index =
    typeof where === "number" ? where : where.fault === null ? where.end : where.faultAt;
  const kind = index >= window.bytes.length && !window.ended ? "more" : "faulty";
  const at = window.offsetOf(index);
  return { kind, key: null, from: at, at, end: at, next: -1, nextAt: at };
}
