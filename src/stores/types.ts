import type { Disk } from "../core/disk.ts";
import type { SalvorError } from "../core/errors.ts";
import type { Observation } from "../core/finding.ts";
import type { JsonObject, Json } from "../core/json.ts";
import type { WorkerPool } from "../core/pool.ts";
import type { World } from "../core/world.ts";
import type { Entry, SchemaElement, SealedReceipt } from "../receipts/types.ts";
import type { AmendedCollection, AmendedDoubt } from "./amended-collection.ts";
import type { CaptureOptions, UnreadFiles } from "./capture-options.ts";
import type { EventDoor } from "./events.ts";
import type { CompareOptions, FileComparison, RestoreOptions } from "./file-comparison.ts";
import type { FileFacts, PageRun } from "./facts.ts";
import type { Hosts } from "./host/hosts.ts";
import type { MendedEvents } from "./mended-events.ts";
import type { Mended, MendSource } from "./mended.ts";
import type { StoreUsers } from "./open-files.ts";
import type { PagedFile } from "./paged-file.ts";
import type { PutBackCollection } from "./put-back-collection.ts";

/** Where a store lives, or shall live: a path, or a `postgres://` URL. */
export type Address = string;

/** The three looks at a store: is it there, does it keep its rules, is it physically whole? */
export type InspectionKind = "audit" | "integrity" | "scan";

/** What a driver can do, as data; the contract suite holds it to each word. */
export interface Capabilities {
  /** What `amend` can do to the live store. */
  readonly amendments: readonly Amendment["kind"][];
  /** Answers queries, so that its owner's rules can be asked. */
  readonly queries: boolean;
  /** A capture belongs to exactly one commit. */
  readonly transactional: boolean;
  /** Its content is a log of events that can be replayed: `Store.events` is there. */
  readonly events?: boolean;
  /** The kind of pieces that an image consists of. */
  readonly parts: "pages" | "streams";
  /** Consists of files, and some of them can be restored without the others. */
  readonly files: boolean;
}

/** Who a store is. `options` hold no secrets and are enough to open a restored copy. */
export interface StoreIdentity {
  readonly name: string;
  readonly driver: string;
  readonly address: Address;
  readonly options: JsonObject;
}

/** One piece of a store's content: a database file, a document, a table's rows. */
export interface Part {
  /** Unique in its image; for files the path relative to the store, with "/". */
  readonly name: string;
  /** Bytes in all, or null when only reading tells. */
  readonly size: number | null;
  /** What restoring needs besides bytes (mode, owner, link target, …). */
  readonly attributes: JsonObject;
  /**
   * What tells its bytes from all others, where somebody has read them already: a piece of the same
   * name and identity in the snapshot before is taken over without reading it again.
   */
  readonly identity?: string;
  /** Set when the piece is a file of equal pages that can be read at any place, in parallel. */
  readonly pages: PagedFile | null;
  /** The bytes in order, in portions of any size; each belongs to whoever takes it. */
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/** What an image and a snapshot both give: enough to build the store again. */
export interface Content {
  /** Facts of the engine that the driver needs to restore or to read the parts. */
  readonly description: JsonObject;
  parts(signal: AbortSignal): AsyncIterable<Part>;
}

/** A range of canonical keys: `after` exclusive, `upTo` inclusive; null is open. */
export interface KeyRange {
  readonly after: Uint8Array | null;
  readonly upTo: Uint8Array | null;
}

/** A countable part of an image: a table, a document collection, a folder. */
export interface Collection {
  readonly name: string;
  /** Names of the key's columns; empty when the collection is a multiset. */
  readonly key: readonly string[];
  /** Names of the row's columns, in the order of the canonical row. */
  readonly columns: readonly string[];
  /** Shadow tables of virtual tables and the like: content counts in `exact` only. */
  readonly internal: boolean;
}

/** What a receipt holds beyond the physical half. */
export interface SealOptions {
  /** Adds the portable half; costs a second pass. */
  readonly portable: boolean;
  /** Logical types by `collection.column`, where the declared ones do not tell. */
  readonly types?: Readonly<Record<string, string>>;
}

/** What one look has shown. */
export interface Inspection {
  /** Empty when nothing is wrong. */
  readonly observations: readonly Observation[];
  /** False when a part could not be looked at: damage that was not seen again there may still be. */
  readonly complete: boolean;
  /** How many things were looked at: pages, rows, documents. */
  readonly checked: number;
  /** `audit`: the files, hashed. */
  readonly files: readonly FileFacts[];
  /** `audit`: rows by collection, as a receipt counts them; null when they cannot be told. */
  readonly collections: Readonly<Record<string, number>> | null;
  /** `audit`: facts under the names of `Receipt.recorded`, such as `userVersion` and `encoding`. */
  readonly properties: JsonObject;
  /** `scan`: pages by verdict; empty where there are no pages. */
  readonly pages: Readonly<Record<string, number>>;
  /** `scan`: where the pages are that are not sound, in order; at most 10,000 runs. */
  readonly pageMap: readonly PageRun[];
}

/**
 * What is there now, damaged or not, held still so that it can be looked at as long as it takes. The
 * live store is read once, when it is held, and never changed.
 */
export interface Specimen extends AsyncDisposable {
  /** The image of one commit; null when what is there cannot become one. */
  readonly image: Image | null;
  /** Why there is no image. */
  readonly trouble: SalvorError | null;
  /**
   * One look. Damage is an observation and never an error.
   *
   * @throws {SalvorError} DISK_FULL, HOST_FAILED, …: what keeps Salvor itself from looking.
   */
  inspect(kind: InspectionKind, signal: AbortSignal): Promise<Inspection>;
}

/** A question to a store in its own language. */
export interface Query {
  /** One statement that only reads. */
  readonly text: string;
  /** Milliseconds after which it is stopped. */
  readonly timeoutMs: number;
  /** Rows to return; more are counted no further. */
  readonly rowsMax: number;
  /** Bytes of the rows to return, as JSON. */
  readonly bytesMax: number;
}

/** What came of it. */
export interface QueryAnswer {
  readonly columns: readonly string[];
  /** Values as JSON shows them, by column. */
  readonly rows: readonly JsonObject[];
  /** There were more rows, or more bytes, than asked for. */
  readonly truncated: boolean;
}

/** Work on the live store that is done in one transaction of its engine. */
export type Amendment =
  | { readonly kind: "reindex"; readonly indexes: readonly string[] }
  | {
      readonly kind: "put-back-rows";
      /** A restored copy that has the rows; nobody else uses it. */
      readonly source: Address;
      /** Every row of these that `source` has and the live store has not; whole where they vanished. */
      readonly collections: readonly PutBackCollection[];
      /** Asked before the commit: a rule that is broken more often than before undoes it all. */
      readonly rules: readonly Query[];
      /** Look only: nothing is committed. */
      readonly dryRun: boolean;
    }
  | {
      readonly kind: "put-back-files";
      /** A restored copy that was built with `wanted`; nobody else uses it. */
      readonly source: Address;
      /** Folder that receives what is replaced, before it is. */
      readonly quarantine: string;
      /** What goes back where it is missing or otherwise; all else stays as it is. */
      readonly wanted: RestoreOptions;
      /** Go on although it cannot be seen who has what is replaced open. */
      readonly unseen: boolean;
      /** Look only: nothing is changed. */
      readonly dryRun: boolean;
    }
  | {
      readonly kind: "mend-documents";
      /** Restored copies that have good versions, newest first; nobody else uses them. */
      readonly sources: readonly MendSource[];
      /** Keeps each file as it was, beside what it became; what was begun there is finished. */
      readonly quarantine: string;
      /** What is lost leaves the store; else it stays as it lies there. */
      readonly takeOut: boolean;
      /**
       * The store is a copy that nobody uses, and no snapshot was asked: also a file of which the very
       * name is expected may leave it.
       */
      readonly isCopy?: boolean;
      /** Collections of whose content nothing is told; the quarantine has it. */
      readonly hidden: readonly string[];
      /** Keys that never return. */
      readonly forget: readonly PutBackCollection[];
      /** Asked before a file is changed: a rule that would be broken more often refuses it all. */
      readonly rules: readonly Query[];
      /** Look only: no live file changes. */
      readonly dryRun: boolean;
    }
  | {
      readonly kind: "unmend-documents";
      /** That of a `mend-documents`; what nobody has written to since becomes what it was. */
      readonly quarantine: string;
    }
  | {
      readonly kind: "mend-events";
      /** Restored copies that have whole events, newest first; nobody else uses them. */
      readonly sources: readonly Address[];
      /** Receives the log as it was; what was begun there is finished. */
      readonly quarantine: string;
      /** What nothing mends leaves the log; else it stays where it is. */
      readonly takeOut: boolean;
      /** Go on although it cannot be seen who writes to the log. */
      readonly unseen: boolean;
      /** Look only: the log stays as it is. */
      readonly dryRun: boolean;
    };

/** What an amendment did, or would do. */
export interface Amended {
  readonly collections: readonly AmendedCollection[];
  /** Of a reindex, which takes the collection's word for it; at most 1,000 for each index. */
  readonly doubts: readonly AmendedDoubt[];
  /** Triggers that fire (put-back-rows), or indexes that were rebuilt (reindex). */
  readonly touched: readonly string[];
  /**
   * Of `put-back-files` and `mend-events`: paths of what was there otherwise, and is in quarantine.
   */
  readonly replaced?: readonly string[];
  /** Of `mend-documents`. */
  readonly mended?: Mended;
  /** Of `mend-events`. */
  readonly events?: MendedEvents;
  /** Of `mend-events`: the log as it was; null in a dry run. */
  readonly quarantine?: Quarantine | null;
}

/** One committed instant of a store: immutable, readable many times, gone when disposed. */
export interface Image extends Content, AsyncDisposable {
  readonly store: StoreIdentity;
  /** When the instant was taken, RFC 3339. */
  readonly at: string;
  /** What tells this instant from every other commit of the same store, as far as bytes can. */
  readonly fingerprint: string;
  /** What is not in it; of a capture that was asked for what is readable. */
  readonly unread?: UnreadFiles;
  collections(signal: AbortSignal): Promise<readonly Collection[]>;
  /** The catalogue, as a receipt compares it. */
  schema(signal: AbortSignal): Promise<readonly SchemaElement[]>;
  /** The receipt, read through the driver's own decoder. */
  seal(options: SealOptions, signal: AbortSignal): Promise<SealedReceipt>;
  /** Rows in the order of their canonical keys. */
  rows(collection: string, range: KeyRange, signal: AbortSignal): AsyncIterable<Entry>;
  /**
   * Names of the collections that may have a row on these pages of its file (from 1, both inclusive);
   * null when every one may. Absent where there are no pages.
   */
  rowsOn?(
    pages: readonly (readonly [from: number, to: number])[],
    signal: AbortSignal,
  ): Promise<readonly string[] | null>;
  /** The key as JSON shows it: an object by column. */
  showKey(collection: string, key: Uint8Array): Json;
  /**
   * Asks the engine, which may read this image and nothing else.
   *
   * @throws {SalvorError} QUERY_REFUSED when it is not one statement that only reads; QUERY_FAILED
   *   when the engine does not understand it; HOST_LIMIT when the time is up; USAGE without the
   *   capability `queries`.
   */
  query(query: Query, signal: AbortSignal): Promise<QueryAnswer>;
  /**
   * The engine opens the image and checks it as it can. Yields nothing when it is sound; with
   * severity `info` what it could not check for want of something that only the application has.
   */
  check(signal: AbortSignal): AsyncIterable<Observation>;
  /**
   * The engine reads all rows too, without our decoder: yields the collections in which it sees
   * something else than the receipt of this image says. Nothing where there is no other reader.
   */
  referee(sealed: SealedReceipt, signal: AbortSignal): AsyncIterable<Observation>;
}

/** The damaged or replaced state, put aside and kept. */
export interface Quarantine {
  readonly folder: string;
  /** Names of the files in the folder that hold the store; a copy opens under `address`. */
  readonly files: readonly string[];
  readonly address: Address;
  /** The live state's fingerprint when it was copied. */
  readonly fingerprint: string;
}

/** What an exchange must be told. */
export interface ExchangeOptions {
  /** Go on although it cannot be seen who else has the store open. */
  readonly unseen: boolean;
}

/** A live thing we protect: a database, a folder of documents, an event log. */
export interface Store extends AsyncDisposable {
  readonly identity: StoreIdentity;
  /** Where its events are read; with the capability `events` only. */
  readonly events?: EventDoor;

  /** A quick look from outside: can it be opened at all? Empty when it can. Changes no byte. */
  preflight(signal: AbortSignal): Promise<readonly Observation[]>;

  /** Holds what is there now for inspection, damaged or missing as it may be. Changes no byte. */
  hold(signal: AbortSignal): Promise<Specimen>;

  /**
   * One committed instant. Writers wait for the copy at most. `exclusive` promises that nobody else
   * uses the store (a restored copy beside): then it may be read where it is. `frozen` promises the
   * same of what is kept in quarantine: what has to be settled first is settled in a copy.
   */
  capture(options: CaptureOptions, signal: AbortSignal): Promise<Image>;

  /**
   * Builds this store, which must not exist yet, from a content. A killed one leaves a draft only. Of
   * a content that is not wanted whole, only the parts that are needed are read.
   *
   * @throws {SalvorError} NOT_FOUND for a path that the content has not; USAGE for `only` without the
   *   capability `files`.
   */
  restore(content: Content, options: RestoreOptions, signal: AbortSignal): Promise<void>;

  /**
   * Compares the files here with those of a content, by its list of them: no file of the content is
   * read, and of those here only what is wanted.
   *
   * @throws {SalvorError} as `restore`, for its options.
   */
  compareFiles(
    content: Content,
    options: CompareOptions,
    signal: AbortSignal,
  ): Promise<FileComparison>;

  /** Copies the live state, damaged or not, byte by byte into a folder, and syncs it. */
  quarantine(folder: string, signal: AbortSignal): Promise<Quarantine>;

  /**
   * Was anything committed after the instant that a content describes? False only when the bytes
   * prove it; null when they cannot tell. Works on damaged stores too.
   */
  hasMoved(since: JsonObject, signal: AbortSignal): Promise<boolean | null>;

  /** Names the processes that use this store, as far as they can be seen. */
  users(signal: AbortSignal): Promise<StoreUsers>;

  /**
   * Puts `beside`, a verified store, in this one's place, whole or not at all. `quarantine` holds the
   * live state as it is now: what was committed after it was taken is never overwritten.
   *
   * @throws {SalvorError} STORE_CHANGED when the live state is newer than the quarantine: take a new
   *   one and try again; STORE_BUSY with the processes that are in the way.
   */
  exchange(
    beside: Address,
    quarantine: Quarantine,
    options: ExchangeOptions,
    signal: AbortSignal,
  ): Promise<void>;

  /** Takes an exchange back: the state in quarantine, damaged or not, lives here again. */
  putBack(quarantine: Quarantine, options: ExchangeOptions, signal: AbortSignal): Promise<void>;

  /**
   * Changes the live store in one transaction of its engine, all of it or nothing; files, which know
   * no transactions, one after the other, each of them whole at every moment.
   *
   * @throws {SalvorError} USAGE without the capability; STORE_BUSY; STORE_DAMAGED when the engine
   *   refuses the store; RULE_BROKEN when the rules would be broken more often than before.
   */
  amend(amendment: Amendment, signal: AbortSignal): Promise<Amended>;

  /** Removes a store that a restore of ours has built, and drafts of it. Never a live one. */
  discard(signal: AbortSignal): Promise<void>;
}

/** What a driver may use: the world, scratch space of mode 0700 that outlives no command. */
export interface DriverContext {
  readonly world: World;
  readonly pool: WorkerPool;
  readonly hosts: Hosts;
  readonly disk: Disk;
  readonly scratch: string;
}
