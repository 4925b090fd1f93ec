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
  connect(tables: ReadonlyMap<string, StateTable>): ApplyEvent;
}

/**
 * Does to the tables what an event says; of a type that nobody handles, nothing.
 *
 * @throws {Refusal} when the event cannot be applied; some tables may have been changed.
 */
export type ApplyEvent = (event: LogEvent) => void;
