import type { Observation } from "../../../core/finding.ts";
import type { DatabaseHeader } from "../format/header.ts";

/** What raw reading tells of a `-wal`. Counts in frames. */
export interface WalFacts {
  readonly size: number;
  readonly pageSize: number;
  readonly salts: string;
  /** Magic, version and checksum of the header are right. */
  readonly isHeaderValid: boolean;
  /** Frames from the start whose salts and checksums are right. */
  readonly validFrames: number;
  /** Frames up to the last commit; the rest was never committed. */
  readonly committedFrames: number;
  /** A commit that lies behind a broken frame, or null: the engine would silently drop it. */
  readonly lostCommit: number | null;
  /** Frames of this generation behind the valid ones: written, but never committed whole. */
  readonly brokenFrames: number;
  /** Pages of the database after that commit; 0 when nothing is committed. */
  readonly databasePages: number;
}

/**
 * What raw reading tells of a `-journal`. `idle`: means nothing (empty, cleared, not yet synced);
 * `active`: of a writer that is at work; `hot`: of one that died, to be rolled back; `damaged`.
 */
export interface JournalFacts {
  readonly size: number;
  readonly state: "idle" | "active" | "hot" | "damaged";
  /** Pages of the database before the transaction. */
  readonly databasePages: number;
  /** The database's change counter before the transaction, of a hot one; null where it is not kept. */
  readonly changeCounter: number | null;
}

/** A live database as its bytes show it, without the engine and without changing a byte. */
export interface Preflight {
  readonly path: string;
  /**
   * `engine`: may be opened read-only where it is; `copy`: must be copied and settled first;
   * `refuse`: is no database that can be read; the first observation says why.
   */
  readonly verdict: "engine" | "copy" | "refuse";
  readonly observations: readonly Observation[];
  /** Equal when nothing was committed in between, as far as bytes can tell. */
  readonly fingerprint: string;
  readonly size: number;
  /** Permission bits, 0 when the file is missing. */
  readonly mode: number;
  readonly journalMode: "rollback" | "wal" | null;
  /** Of the main file's header; a commit into a -wal does not count it up. */
  readonly changeCounter: number | null;
  readonly header: DatabaseHeader | null;
  readonly wal: WalFacts | null;
  readonly journal: JournalFacts | null;
}
