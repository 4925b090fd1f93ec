import type { SQLInputValue, SQLOutputValue } from "node:sqlite";

/** What a statement's `?` can be bound to. */
export type SqlValue = SQLInputValue;

/** A row by column; `text` and `number` take values out of it. */
export type StateRow = Readonly<Record<string, SQLOutputValue>>;

/** Reads Salvor's own state. Statements are prepared once and kept; each stays under 10 ms. */
export interface StateReader {
  /** All rows: only for what is known to be short; page with LIMIT otherwise. */
  all(sql: string, ...values: readonly SqlValue[]): readonly StateRow[];
  /** The first row, or null. */
  get(sql: string, ...values: readonly SqlValue[]): StateRow | null;
}

/** Writes Salvor's own state: only the work of a transaction holds one. */
export interface StateWriter extends StateReader {
  /** Returns how many rows were inserted, updated or deleted. */
  run(sql: string, ...values: readonly SqlValue[]): number;
}

/** Salvor's own memory: one SQLite database that any number of processes use at once. */
export interface State extends StateReader, Disposable {
  /** The folder that it lies in, absolute, mode 0700. */
  readonly folder: string;
  /** 32 hex digits, made with the state and kept when its folder moves. */
  readonly id: string;
  /**
   * Runs `work` in one short write transaction, durable when the promise resolves. `work` is
   * synchronous and sees nothing of other writers; when it throws, nothing happened. Waits for other
   * writers without blocking the process. The writer is dead after `work`.
   *
   * @throws {SalvorError} STORE_BUSY when others kept writing for 20 s; DISK_FULL; STATE_DAMAGED;
   *   STATE_TOO_NEW when a newer Salvor has migrated the state meanwhile.
   */
  transaction<Result>(work: (writer: StateWriter) => Result): Promise<Result>;
  /**
   * Writes one committed instant of the state to `path`, a single file of mode 0600 that must not
   * exist; durable when the promise resolves.
   */
  backupTo(path: string): Promise<void>;
}
