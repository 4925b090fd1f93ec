import type { ColumnType, ProjectionEvent, StateTableOf } from "./types.ts";

/** A table as the code form declares it: one column or several as its key. */
export interface TableDefinition {
  readonly key: string | readonly string[];
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns, or lists of columns, that readers search by. */
  readonly indexes?: readonly (string | readonly string[])[];
}

/** The tables that a handler works with, by name. */
export type ProjectionState<Tables> = {
  readonly [Name in keyof Tables]: StateTableOf;
};

/** A projection in the code form. */
export interface ProjectionDefinition<
  Tables extends Readonly<Record<string, TableDefinition>> = Readonly<
    Record<string, TableDefinition>
  >,
> {
  readonly name: string;
  /** Another version calls for a rebuild; that of salvor.yaml when it is not given. */
  readonly version?: number;
  readonly tables: Tables;
  /**
   * What an event of each type does. Called in the order of the log, once for every event, and
   * synchronous; it keeps nothing between two events but in the tables.
   */
  readonly on: Readonly<
    Record<string, (event: ProjectionEvent, state: ProjectionState<Tables>) => void>
  >;
  /** Makes an event of an old version one of a newer one, by type, before it is handled. */
  readonly upcast?: Readonly<Record<string, (event: ProjectionEvent) => ProjectionEvent>>;
}

/**
 * Says what a projection is: its tables, and what events do to them. A module that salvor.yaml names
 * exports what this gives. It runs where there is nothing but the language: no clock, no randomness,
 * no files, no network.
 */
export function defineProjection<const Tables extends Readonly<Record<string, TableDefinition>>>(
  definition: ProjectionDefinition<Tables>,
): ProjectionDefinition<Tables> {
  return definition;
}
