import type { SqlRow } from "../values/sql-value.ts";

/**
 * What the code inside may ask of the tables outside. Only values without a world of their own pass:
 * texts, numbers, bytes, and lists of them. An answer that is a text says what was wrong.
 */
export interface Bridge {
  /** A row in the order of its columns; null when there is none. */
  get(table: number, key: readonly unknown[]): SqlRow | string | null;
  put(table: number, row: readonly unknown[]): string | null;
  delete(table: number, key: readonly unknown[]): string | boolean;
  /** Is that the text of a number that no number of the language holds? */
  isNumberText(value: object): boolean;
}

/** A table as both sides know it. */
export interface BridgedTable {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly (readonly [name: string, type: string])[];
}

/** What the module inside exports; see inside-main.ts. */
export interface Inside {
  readonly defineProjection: (definition: unknown) => unknown;
  /** The definition that a module exports, as JSON. */
  readonly describe: (namespace: object) => string;
  /** Applies an event; the answer says why it could not be applied, or is null. */
  readonly connect: (bridge: Bridge, tables: string) => (event: object) => string | null;
}
