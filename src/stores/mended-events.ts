import type { EventFault } from "./events.ts";

/** Something of a log that stays damaged or missing, and where it stood. */
export interface EventLoss {
  readonly fault: EventFault;
  /** What was found, in one sentence without a full stop. */
  readonly reason: string;
  /** Relative to the log. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Byte offset of the line, uncompressed. */
  readonly offset: number;
  /** Bytes of the line in base64, at most 64 KiB of them; empty for what is missing. */
  readonly bytes: string;
  /** Of what is missing the first one. */
  readonly sequence: string | null;
}

/** What became of the events of a log. */
export interface MendedEvents {
  /** Events that came back. */
  readonly restored: number;
  /** Whole events that no copy has: they stay. */
  readonly newer: number;
  /** Whole events that were found within damaged lines. */
  readonly rescued: number;
  /** Events of files that rotation has taken away since the newest copy: they stay away. */
  readonly rotated: number;
  /** Places that stay damaged in the log, because what may mend them cannot be read. */
  readonly left: number;
  /** At most 1,000. */
  readonly losses: readonly EventLoss[];
  readonly lossesTotal: number;
  /** An older copy may have what is still missing. */
  readonly wantsOlder: boolean;
}
