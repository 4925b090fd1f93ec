import { DatabaseSync, type StatementSync } from "node:sqlite";

import { SalvorError } from "../core/errors.ts";
import { isBusy } from "../core/lock.ts";
import type { World } from "../core/world.ts";
import { migrations } from "./migrations.ts";
import { number } from "./row.ts";
import { stateError } from "./sqlite-errors.ts";
import type { SqlValue, StateReader, StateRow, StateWriter } from "./types.ts";

/** How long a statement waits for a checkpoint or a recovery by another process, in milliseconds. */
const READ_WAIT_MS = 2_000;
const WRITE_WAIT_MS = 20_000;
const PAUSE_MAX_MS = 40;

/** An open connection to the state's file, its statements, and its way to write. */
export class Connection implements StateReader, Disposable {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #world: World;

  /** The file must exist: who makes it decides its mode. */
  constructor(path: string, world: World) {
    this.path = path;
    this.#world = world;
    this.#database = this.translated(() => new DatabaseSync(path, { timeout: READ_WAIT_MS }));
  }

  all(sql: string, ...values: readonly SqlValue[]): readonly StateRow[] {
    return this.translated(() => this.#prepared(sql).all(...values));
  }

  get(sql: string, ...values: readonly SqlValue[]): StateRow | null {
    return this.translated(() => this.#prepared(sql).get(...values) ?? null);
  }

  /** Runs statements that answer nothing: schema and settings. */
  execute(sql: string): void {
    this.translated(() => this.#database.exec(sql));
  }

  /** One write transaction; see {@link State.transaction}. */
  async write<Result>(work: (writer: StateWriter) => Result): Promise<Result> {
    await this.begin();
    return this.#finish(() => {
      this.#refuseNewerSchema();
      return work(this.#writer());
    });
  }

  /** Becomes the one writer, without blocking the process while another one is. */
  async begin(): Promise<void> {
    await this.patiently(() => {
      // The engine's own waiting would stop this whole process: timers, sockets, the dashboard.
      this.#database.exec("PRAGMA busy_timeout = 0");
      try {
        this.#database.exec("BEGIN IMMEDIATE");
      } finally {
        this.#database.exec(`PRAGMA busy_timeout = ${READ_WAIT_MS}`);
      }
    });
  }

  commit(): void {
    this.execute("COMMIT");
  }

  rollback(): void {
    // The engine has rolled back by itself after some errors (disk full, input and output).
    if (this.#database.isTransaction) this.execute("ROLLBACK");
  }

  /** Repeats what the engine refuses because of others, with growing and irregular pauses. */
  async patiently<Result>(work: () => Result): Promise<Result> {
    let waitedMs = 0;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
      try {
        return work();
      } catch (error) {
        if (!isPassing(error) || waitedMs > WRITE_WAIT_MS) throw stateError(this.path, error);
      }
      const irregularMs = pauseMs * (0.5 + (this.#world.randomBytes(1)[0] ?? 0) / 255);
      await this.#world.sleep(irregularMs, new AbortController().signal);
      waitedMs += irregularMs;
    }
  }

  translated<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw stateError(this.path, error);
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    try {
      if (this.#database.isOpen) this.#database.close();
    } catch {
      // What was committed is durable; a disk that refuses to tidy up behind it changes nothing.
    }
  }

  #finish<Result>(work: () => Result): Result {
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  #writer(): StateWriter {
    const run = (sql: string, ...values: readonly SqlValue[]): number =>
      this.translated(() => Number(this.#prepared(sql).run(...values).changes));
    return { all: this.all.bind(this), get: this.get.bind(this), run };
  }

  #refuseNewerSchema(): void {
    const version = schemaVersion(this);
    if (version > migrations.length) throw tooNew(this.path, version);
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

function isPassing(error: unknown): boolean {
  return isBusy(error) || (error instanceof SalvorError && isBusy(error.cause));
}

/** How many migrations a state has seen; 0 for a file without content. */
export function schemaVersion(reader: StateReader): number {
  const row = reader.get("PRAGMA user_version");
  return row === null ? 0 : number(row, "user_version");
}

/** A newer Salvor was here: this one must not write what it does not understand. */
export function tooNew(path: string, version: number): SalvorError {
  return new SalvorError(
    "STATE_TOO_NEW",
    `the state ${path} has schema ${version}, this Salvor knows schemas up to ${migrations.length}`,
    { hint: "Install the newer Salvor that wrote it: npm install -g salvor@latest." },
  );
}
