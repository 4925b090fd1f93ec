import type { JsonObject } from "../core/json.ts";
import type { Level, Receipt, SealedReceipt } from "../receipts/types.ts";
import type { PagedFile } from "../stores/paged-file.ts";
import type { Content } from "../stores/types.ts";

/** One backup of one store, as commands show it. */
export interface Snapshot {
  /** SHA-256 of the manifest's stored bytes: 64 hex digits. */
  readonly id: string;
  readonly store: string;
  /** The recovery point that this snapshot belongs to (`point_…`). */
  readonly point: string;
  readonly createdAt: string;
  /** Counts up within one store; "newest" goes by it, never by the clock. */
  readonly sequence: number;
  /** Bytes of the store's parts. */
  readonly bytes: number;
  /** Bytes that this backup added to the repository. */
  readonly storedBytes: number;
  readonly parent: string | null;
  readonly driver: string;
  readonly options: JsonObject;
  /** The highest level that was proven and recorded. */
  readonly level: Level;
  readonly receipt: Receipt;
  readonly warnings: readonly string[];
  /** Suspicious drops since the one before that nobody has acknowledged. */
  readonly drops: readonly string[];
  /** Why it may not be pruned, for example the last one before a suspicious drop. */
  readonly pins: readonly string[];
}

/** What becomes a snapshot, and how its receipt is come by and judged. */
export interface BackupInput {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly point: string;
  readonly content: Content;
  /** May still be computing: it is awaited after the parts are stored and before the manifest is. */
  readonly sealed: Promise<SealedReceipt>;
  /** What the new receipt makes suspicious, judged against the newest snapshot of this store. */
  readonly judge: (before: Receipt, after: Receipt) => readonly string[];
}

/** What was found wrong: the blob, the place, and the snapshots that it hurts. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** Name of the blob in the repository, or null. */
  readonly blob: string | null;
  /** Ids of the snapshots that cannot be restored whole because of it. */
  readonly snapshots: readonly string[];
}

/** A snapshot of which nothing is known but its id. */
export interface UnreadableSnapshot {
  readonly id: string;
  readonly problem: Problem;
}

/** How many snapshots of each store to keep; a rule that is absent keeps none by itself. */
export interface Retention {
  readonly keepLast?: number | undefined;
  readonly keepHourly?: number | undefined;
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
}

/** Ids of the snapshots that went, and of those that stay with the rule that keeps them. */
export interface PruneResult {
  readonly removed: readonly string[];
  readonly kept: readonly { readonly snapshot: string; readonly reason: string }[];
  readonly freedBytes: number;
}

/** A file of pages, and the name of the part of a snapshot that it is held against. */
export interface PagedPart {
  readonly name: string;
  readonly pages: PagedFile;
}

/** Where backups live. Writers exclude each other; readers keep out `prune` and `repair` only. */
export interface Repository extends AsyncDisposable {
  /** `repo_…`, made once. */
  readonly id: string;
  readonly address: string;
  readonly encrypted: boolean;
  /** Stores a content and commits its manifest, last. */
  backup(input: BackupInput, signal: AbortSignal): Promise<Snapshot>;
  /** All snapshots, by store and sequence. A manifest that is damaged is a problem of `check`. */
  snapshots(signal: AbortSignal): Promise<readonly Snapshot[]>;
  /** Snapshots whose manifests cannot be read: they are in no list, and must not be passed over. */
  unreadable(signal: AbortSignal): Promise<readonly UnreadableSnapshot[]>;
  /** The parts of a snapshot, each chunk proven by its name before a byte of it is handed out. */
  content(snapshot: string, signal: AbortSignal): Promise<Content>;
  /**
   * The same, where a file at hand may hold most of a part's pages: each page that its digest proves is
   * taken from there, and only the others are fetched. The seed is never trusted, and may be missing.
   */
  seededContent(snapshot: string, seed: string, signal: AbortSignal): Promise<Content>;
  /**
   * Does a file of pages hold what a part of the snapshot holds, byte for byte but for the counters of
   * its engine? Told by digests.
   */
  holdsSame(snapshot: string, part: PagedPart, signal: AbortSignal): Promise<boolean>;
  /** The receipt that was sealed with it, with its trees. */
  sealed(snapshot: string, signal: AbortSignal): Promise<SealedReceipt>;
  /**
   * Pages of a file (from 1, both inclusive) that a part of the snapshot has otherwise, told by their
   * digests. Null when the snapshot has no such part, or one with another size of pages.
   */
  differingPages(
    snapshot: string,
    part: PagedPart,
    signal: AbortSignal,
  ): Promise<readonly (readonly [from: number, to: number])[] | null>;
  /** Reads every stored byte of the snapshot back. Empty when all of them hash right. */
  readBack(snapshot: string, signal: AbortSignal): Promise<readonly Problem[]>;
  /** Records a proven level, durably. A lower one than recorded changes nothing. */
  recordLevel(snapshot: string, level: Level, signal: AbortSignal): Promise<void>;
  /** Takes back what was recorded above this level: a later look found the snapshot damaged. */
  withdrawLevel(snapshot: string, level: Level, signal: AbortSignal): Promise<void>;
  /** A suspicious drop that somebody vouches for no longer keeps the snapshot before it. */
  acknowledgeDrop(snapshot: string, by: string, signal: AbortSignal): Promise<void>;
  prune(retention: Retention, options: PruneOptions, signal: AbortSignal): Promise<PruneResult>;
  /** Every blob is read and hashed; every manifest's chunks are looked for. */
  check(signal: AbortSignal): Promise<readonly Problem[]>;
  /** Rebuilds indexes from packs, moves damaged blobs to the repository's quarantine, reports. */
  repair(signal: AbortSignal): Promise<RepairResult>;
  /** Wraps the data key anew under another passphrase; data are untouched. */
  changePassphrase(next: string, signal: AbortSignal): Promise<void>;
}

/** Whether anything is to be removed at all. */
export interface PruneOptions {
  readonly dryRun: boolean;
}

/** What a repair mended, and what it could not. */
export interface RepairResult {
  /** What is still wrong after the repair; the first thing to read. */
  readonly problems: readonly Problem[];
  readonly repaired: readonly string[];
  /** New names of what was put aside. */
  readonly quarantined: readonly string[];
}
