import type { Digest } from "../core/hash.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { EventDoor, EventPlace, EventPosition } from "../stores/events.ts";

/** How a column holds values: `boolean` as 0 and 1, `timestamp` as RFC 3339, `json` as its text. */
export type ColumnType = "text" | "integer" | "real" | "blob" | "boolean" | "timestamp" | "json";

/** One table of a projection. */
export interface ProjectionTable {
  /** Columns of the primary key, in order; never empty. */
  readonly key: readonly string[];
  /** By name, the key's too. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Lists of columns that readers search by. */
  readonly indexes: readonly (readonly string[])[];
}

/** A path such as `data.path`, `time` or `subject`; or a value that stands there as it is. */
export type ProjectionValue = string | { readonly value: Json };

/** What an event of a type does, in the declarative form. */
export type ProjectionRule =
  | { readonly upsert: string; readonly set: Readonly<Record<string, ProjectionValue>> }
  | { readonly delete: string; readonly key: readonly ProjectionValue[] };

/** What makes an event of an old version one of a newer one, in the declarative form. */
export interface ProjectionUpcast {
  /** Only events whose paths hold just these values; null is what is missing, too. */
  readonly when: Readonly<Record<string, Json>>;
  /** Its type from here on; null keeps it. The upcasts of that type follow. */
  readonly to: string | null;
  /** Values of paths below `data` that are missing. */
  readonly default: Readonly<Record<string, Json>>;
}

/** Where the work of a projection comes from. */
export type ProjectionForm =
  | {
      readonly kind: "declarative";
      /** By type; applied in order. */
      readonly on: Readonly<Record<string, readonly ProjectionRule[]>>;
      /** By type; all that fit, in order, before the rules. */
      readonly upcast: Readonly<Record<string, readonly ProjectionUpcast[]>>;
    }
  | {
      readonly kind: "code";
      /** Absolute path of a module that exports what `defineProjection` gives. */
      readonly module: string;
      /** How long it may take for one event, in milliseconds; half a minute when absent. */
      readonly timeoutMs?: number;
    };

/** A projection as salvor.yaml has it, checked, its paths absolute. */
export interface ProjectionConfig {
  readonly name: string;
  /** Another version calls for a rebuild. */
  readonly version: number;
  /** Name of the store that is its event log. */
  readonly log: string;
  /** A path, later a URL. */
  readonly target: string;
  /** Of the code form the module tells. */
  readonly tables: Readonly<Record<string, ProjectionTable>> | null;
  readonly form: ProjectionForm;
}

/** What happens to what cannot be applied: `skipBelow` stops when so many were skipped. */
export type OnDamaged = "stop" | "skip" | { readonly skipBelow: number };

/** What is to be built, and from what; it crosses into the process that builds. */
export interface BuildRequest {
  readonly projection: ProjectionConfig;
  readonly log: EventDoor;
  /** The database that is being built: made when it is missing, gone on with when it fits. */
  readonly draft: string;
  /**
   * Names the work, so that one that was killed goes on with its counts. A draft that another build
   * has finished, such as a copy of the live state, is gone on with and counts from nothing.
   */
  readonly build: string;
  /**
   * An event before this time, in milliseconds, that was not applied yet ends the build; null for a
   * build from the beginning, for which a draft that does not fit is made anew.
   */
  readonly fromMs: number | null;
  /** Apply no event after this time, in milliseconds. */
  readonly untilMs: number | null;
  /** Apply no event behind this place, in a build from the beginning; absent: to the end of the log. */
  readonly end?: EventPlace | null;
  readonly onDamaged: OnDamaged;
  /** Events in a transaction. */
  readonly batchMax: number;
}

/**
 * A log that is followed: its events are applied to the live state itself, as they come. A rebuild
 * may put another state in its place meanwhile: through the engine (the checkpoint is read in each
 * transaction), or by another file of its name (it is opened anew).
 */
export interface FollowRequest {
  readonly projection: ProjectionConfig;
  readonly log: EventDoor;
  readonly onDamaged: OnDamaged;
  /** Events in a transaction. */
  readonly batchMax: number;
  /** A lock, as `holdLock` of core makes them, to be held exclusively during each transaction. */
  readonly turn: string;
}

/** What is followed, and which live state takes its events. */
export interface FollowRequest {
  readonly projection: ProjectionConfig;
  readonly log: EventDoor;
  readonly onDamaged: OnDamaged;
  /** Events in a transaction. */
  readonly batchMax: number;
  /** A lock that is held while the live state is written to. */
  readonly turn: string;
}

/** What a build has come to; also what is kept with the state, as its checkpoint. */
export interface BuildProgress {
  /** Events and pieces read, those that were damaged included. */
  readonly events: number;
  readonly applied: number;
  /** Skipped, because an event of their id was applied before. */
  readonly duplicates: number;
  /** Skipped, because they cannot be applied. */
  readonly corrupted: number;
  /** After the last event of the last transaction; null before the first one. */
  readonly checkpoint: EventPosition | null;
}

/** What a finished build answers. */
export interface BuildResult extends BuildProgress {
  /** Of the code form, the module may tell it. */
  readonly version: number;
  /** Digest of everything that decides what the rows are. */
  readonly definition: Digest;
  /** The tables that it has built, those of the code form too. */
  readonly tables: Readonly<Record<string, ProjectionTable>>;
  /** Events that an earlier build of the same draft had read; 0 for one that was not interrupted. */
  readonly resumedAfter: number;
  readonly eventsPerSecond: number;
}

/** How far a build is, for whoever waits. */
export interface RebuildProgress extends BuildProgress {
  readonly projection: string;
  readonly eventsPerSecond: number;
  /** Milliseconds, as the last seconds went; null when it cannot be told. */
  readonly remainingMs: number | null;
  /** Bytes of the log that were read, and that there are. */
  readonly bytes: number;
  readonly bytesTotal: number;
}

/** What `rebuild` answers for one projection. */
export interface RebuildResult extends BuildProgress {
  readonly projection: string;
  readonly target: string;
  readonly eventsPerSecond: number;
  /** Of the rows of its tables, however they were built. */
  readonly digest: Digest;
}

/** One row that is not what the log says. */
export interface StateDifference {
  readonly collection: string;
  readonly key: Json;
  readonly kind: "missing" | "extra" | "changed";
}

/** What `verify-state` answers for one projection. */
export interface StateVerdict {
  readonly projection: string;
  readonly target: string;
  readonly consistent: boolean;
  /** At most 1,000. */
  readonly differences: readonly StateDifference[];
  readonly differencesTotal: number;
  /** Tables of the projection that the live state has not got. */
  readonly missingTables: readonly string[];
  /** Events of the log that the live state has not applied yet. */
  readonly behind: number;
  /** Events that the live state has applied and the log does not have any more: it lost them. */
  readonly ahead: number;
  readonly corrupted: number;
  /** Digests of the rows: what the log says, and what the state holds (null when it cannot be read). */
  readonly expected: Digest;
  readonly actual: Digest | null;
}

/** A row by column, as the code form sees it. */
export type StateRow = Readonly<Record<string, StateValue>>;

/** A value of a column: bytes for `blob`, JSON for `json`, true and false for `boolean`. */
export type StateValue = Json | Uint8Array | bigint;

/** An event as the code form sees it. */
export interface ProjectionEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string | null;
  readonly subject: string | null;
  /** RFC 3339 in UTC. */
  readonly time: string | null;
  /** Milliseconds since 1970. */
  readonly timeMs: number | null;
  readonly sequence: string | null;
  /** JSON, of a shape that its type tells and nobody has checked. */
  readonly data: unknown;
}

/** One table, as the code form works with it. A key is a value, or an object by column. */
export interface StateTableOf {
  get(key: StateValue | JsonObject): StateRow | null;
  /** Puts a whole row in its place, whatever was there; columns that are not named are null. */
  put(row: StateRow): void;
  /** Changes some columns of a row; false when it is not there. */
  update(key: StateValue | JsonObject, changes: StateRow): boolean;
  /** False when it was not there. */
  delete(key: StateValue | JsonObject): boolean;
}
