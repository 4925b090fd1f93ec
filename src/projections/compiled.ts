import type { Digest } from "../core/hash.ts";
import type { LogEvent } from "../stores/events.ts";
import type { StateTable } from "./state-table.ts";
import type { ProjectionTable } from "./types.ts";

/** A projection that is ready to work, whichever form it has. */
export interface CompiledProjection {
  readonly name: string;
  readonly version: number;
  readonly tables: Readonly<Record<string, ProjectionTable>>;
  /** Of everything that decides what its rows are: another one calls for a rebuild. */
  readonly definition: Digest;
  /** An event that is refused has changed nothing before. */
  readonly isAtomic: boolean;
  /** Joins it to the tables of a state under way. */
  connect(tables: ReadonlyMap<string, StateTable>): JoinedProjection;
}

/** A projection that is joined to tables. */
export interface JoinedProjection {
  readonly apply: ApplyEvent;
  /** Null where no code of the user's runs. */
  readonly guard: Guard | null;
}

/** Holds code of the user's to its word while it applies events. */
export interface Guard {
  /** How long one event may take, in milliseconds. */
  readonly timeoutMs: number;
  /** Asked before events are applied: how many may be until it is asked again. */
  ready(): Promise<number>;
  /** Runs what applies events, as long as one of them may take; false when it was cut off. */
  run(work: () => void): boolean;
}

/**
 * Does to the tables what an event says; of a type that nobody handles, nothing.
 *
 * @throws {Refusal} when the event cannot be applied; some tables may have been changed.
 * @throws {Misconduct} when the projection must not go on.
 */
export type ApplyEvent = (event: LogEvent) => void;
