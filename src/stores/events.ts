import type { ExactJson } from "../core/exact-json.ts";
import type { JsonObject } from "../core/json.ts";

/**
 * Where the events of a store are read: a module that any process can import, and what it must be
 * told. The module exports `openEvents`, an `OpenEvents`.
 */
export interface EventDoor {
  /** URL, as `entryModule` makes it. */
  readonly module: string;
  /** Holds no secrets. */
  readonly input: JsonObject;
}

/** The one export of an event door's module, named `openEvents`. Reads nothing yet. */
export type OpenEvents = (input: JsonObject) => EventReader;

/**
 * A place between two events of a log, or its end. It is found again after the files were rotated,
 * renamed or compressed, because a segment is known by its beginning.
 */
export interface EventPlace {
  /** SHA-256 (hex) of the first line of the segment (a file); of a table the digest of its name. */
  readonly segment: string;
  /** The file's path, relative to the log's folder, when the position was taken: for people. */
  readonly file: string;
  /** Bytes of the segment before this place, uncompressed; of a table the last row's place. */
  readonly offset: number;
}

/** A place, and what must lie before it. */
export interface EventPosition extends EventPlace {
  /** Lines before this place. */
  readonly line: number;
  /** SHA-256 (hex) of the last line before this place; null at the beginning of the log. */
  readonly last: string | null;
  /** `sequence` of the last whole event before this place that was no repeat; null when it has none. */
  readonly sequence: string | null;
  /** `source` of that event: each counts its own. */
  readonly source?: string | null;
  /** Digest that the next link of the hash chain must carry; null without a chain. */
  readonly chain: string | null;
}

/** One event as the envelope maps it. Fields that the log does not have are null. */
export interface LogEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  /** Microseconds since 1970 are not told apart: milliseconds, exact for RFC 3339 and for `ts`. */
  readonly timeMs: number | null;
  readonly sequence: string | null;
  /** As the log writes it: no number is rounded. */
  readonly data: ExactJson;
}

/** Why a piece of a log is no event that can be applied. */
export type EventFault =
  | "torn" // the last line ends before its event does
  | "unreadable" // no JSON object, or no UTF-8
  | "checksum" // missing, or another one than that of its bytes
  | "chain" // does not carry the digest of the one before
  | "envelope" // a field of the envelope is missing, or of another type
  | "schema" // its data fail the schema of its type
  | "gap" // events are missing before this one
  | "conflict" // another event of its id was applied before; told by whoever applies
  | "refused"; // the projection cannot apply it; told by whoever applies

/** A piece of the log that cannot be applied as it is, and where it lies. */
export interface EventDamage {
  readonly fault: EventFault;
  /** What was found, in one sentence without a full stop. */
  readonly reason: string;
  /** Relative to the log's folder. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Byte offset of the line's first byte, uncompressed, from 0. */
  readonly offset: number;
  /** Bytes of the line as they are, at most 64 KiB of them; empty for a gap. */
  readonly bytes: Uint8Array;
  /** Where it can still be read. */
  readonly id: string | null;
  /** For a gap the first one missing; else as far as it can be read. */
  readonly sequence: string | null;
}

/**
 * Some neighbouring events of one segment, whole, in the order of the log. What is damaged comes
 * first: it lies before the first event of its batch, so the end of the batch before is the place
 * before all damage.
 */
export interface EventBatch {
  readonly damaged: readonly EventDamage[];
  readonly events: readonly LogEvent[];
  /** By event: the offset of its line, to find it again. */
  readonly offsets: Float64Array;
  /** By event: its line, from 1. */
  readonly lines: Float64Array;
  /** Where the next batch begins: a checkpoint. A torn last line is never before it. */
  readonly end: EventPosition;
  /** Bytes read, uncompressed. */
  readonly bytes: number;
}

/** What the log is at one instant: nothing that is appended later belongs to it. */
export interface EventBound {
  /** After the last whole line; null when the log is empty. */
  readonly end: EventPlace | null;
  /** What stands behind it, half a line; it is in the last batch too. */
  readonly torn: EventDamage | null;
  /** Uncompressed bytes, as far as they can be told without reading; for progress. */
  readonly bytes: number;
}

/** How events are read. */
export interface EventReadOptions {
  /** After this position; null is the beginning of the log. */
  readonly after: EventPosition | null;
  readonly bound: EventBound;
  /** Events in a batch, at most. */
  readonly batchMax: number;
}

/**
 * Reads a log in bounded memory, checking every event as the store's options say: JSON, checksum,
 * hash chain, envelope, schema, gaps in the sequence. It knows no duplicates: whoever applies events
 * remembers which.
 */
export interface EventReader extends AsyncDisposable {
  /**
   * Where the log ends now. A last line without its end is waited for a moment; what stays torn is
   * damage.
   *
   * @throws {SalvorError} STORE_MISSING, PERMISSION_DENIED, DISK_FAILED: with what cannot be read.
   */
  bound(signal: AbortSignal): Promise<EventBound>;
  /**
   * @throws {SalvorError} LOG_CHANGED when `after` is not in the log any more, or what lies before
   *   it is not what lay there.
   */
  read(options: EventReadOptions, signal: AbortSignal): AsyncIterable<EventBatch>;
  /**
   * The line at an offset of a segment, for comparing two events of one id; null when it is gone. Of
   * a table its row as canonical JSON.
   */
  lineAt(segment: string, offset: number): Promise<Uint8Array | null>;
  /**
   * The event of that line; null when it is gone, or is damaged now. Of segments that begin with the
   * same line, the one where it is the event that is meant, if there is one.
   */
  eventAt(
    segment: string,
    offset: number,
    isIt?: (event: LogEvent) => boolean,
  ): Promise<LogEvent | null>;
}
