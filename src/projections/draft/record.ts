import type { DatabaseSync } from "node:sqlite";

import { SalvorError } from "../../core/errors.ts";
import type { EventPosition } from "../../stores/events.ts";
import type { BuildProgress } from "../types.ts";

/** What a state says about itself, in its table `salvor_projection`. */
export interface StateRecord extends BuildProgress {
  readonly name: string;
  readonly version: number;
  /** Digest of everything that decides what its rows are. */
  readonly definition: string;
  readonly log: string;
  /** Set in a state of the past, which is never gone on with. */
  readonly untilMs: number | null;
  /** The build that counts, or has counted. */
  readonly build: string;
  readonly finished: boolean;
  /** Events that are in the state, whichever builds have applied them. */
  readonly appliedInAll: number;
  /** Sixteen hex digits: the key of the hashes of applied events. */
  readonly hashKey: string;
}

const FORMAT = 1;

/** The record, and the segments of the log that places of applied events name by number. */
export const RECORD_SCHEMA = `
CREATE TABLE salvor_projection (
  format INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, definition TEXT NOT NULL,
  log TEXT NOT NULL, until_ms INTEGER, build TEXT NOT NULL, finished INTEGER NOT NULL,
  hash_key TEXT NOT NULL, checkpoint TEXT, events INTEGER NOT NULL, applied INTEGER NOT NULL,
  duplicates INTEGER NOT NULL, corrupted INTEGER NOT NULL, applied_in_all INTEGER NOT NULL
) STRICT;
CREATE TABLE salvor_segments (number INTEGER PRIMARY KEY, segment TEXT NOT NULL UNIQUE) STRICT;
`;

/** Writes the record of a new state. */
export function insertRecord(database: DatabaseSync, record: StateRecord): void {
  database
    .prepare(`INSERT INTO salvor_projection VALUES (${Array(15).fill("?").join(", ")})`)
    .run(
      FORMAT,
      record.name,
      record.version,
      record.definition,
      record.log,
      record.untilMs,
      record.build,
      record.finished ? 1 : 0,
      record.hashKey,
      ...countsOf(record),
      record.appliedInAll,
    );
}

/** Writes how far a state has come. */
export function updateRecord(
  database: DatabaseSync,
  record: BuildProgress & Pick<StateRecord, "build" | "finished" | "appliedInAll">,
): void {
  database
    .prepare(
      `UPDATE salvor_projection SET build = ?, finished = ?, checkpoint = ?, events = ?, applied = ?,
       duplicates = ?, corrupted = ?, applied_in_all = ?`,
    )
    .run(record.build, record.finished ? 1 : 0, ...countsOf(record), record.appliedInAll);
}

/**
 * The record of a state; null where there is none.
 *
 * @throws {SalvorError} STATE_TOO_NEW when a newer Salvor has written it.
 */
export function readRecord(database: DatabaseSync): StateRecord | null {
  const known = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'salvor_projection'")
    .get();
  if (known === undefined) return null;
  const row = database.prepare("SELECT * FROM salvor_projection").get();
  if (row === undefined) return null;
  if (Number(row["format"]) > FORMAT) throw tooNew(Number(row["format"]));
  const { checkpoint } = row;
  return {
    name: String(row["name"]),
    version: Number(row["version"]),
    definition: String(row["definition"]),
    log: String(row["log"]),
    untilMs: row["until_ms"] === null ? null : Number(row["until_ms"]),
    build: String(row["build"]),
    finished: row["finished"] === 1,
    hashKey: String(row["hash_key"]),
    checkpoint: typeof checkpoint === "string" ? (JSON.parse(checkpoint) as EventPosition) : null,
    events: Number(row["events"]),
    applied: Number(row["applied"]),
    duplicates: Number(row["duplicates"]),
    corrupted: Number(row["corrupted"]),
    appliedInAll: Number(row["applied_in_all"]),
  };
}

/** What a record says of the work alone. */
export function progressOf(record: BuildProgress): BuildProgress {
  const { events, applied, duplicates, corrupted, checkpoint } = record;
  return { events, applied, duplicates, corrupted, checkpoint };
}

function countsOf(progress: BuildProgress): (string | number | null)[] {
  const { checkpoint, events, applied, duplicates, corrupted } = progress;
  const spelled = checkpoint === null ? null : JSON.stringify(checkpoint);
  return [spelled, events, applied, duplicates, corrupted];
}

function tooNew(format: number): SalvorError {
  return new SalvorError("STATE_TOO_NEW", `the state has format ${format}, this Salvor knows 1`, {
    hint: "Install the Salvor that has written it, or a newer one.",
  });
}
