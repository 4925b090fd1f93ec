import { SalvorError } from "../core/errors.ts";
import { timestamp, type World } from "../core/world.ts";
import { number, text } from "../state/row.ts";
import type { State, StateReader, StateRow, StateWriter } from "../state/types.ts";
import { decide, type Order, type StepFacts } from "./decide.ts";
import type { JournalEntry, RunEvent } from "./events.ts";
import { evolve } from "./evolve.ts";
import { type RunState, unstarted } from "./run-state.ts";
import type { Plan } from "./types.ts";

/** Told of each entry after it is durable. */
export type JournalListener = (run: string, entry: JournalEntry) => void;

interface JournalOptions {
  readonly state: State;
  readonly world: World;
  readonly run: string;
  readonly onEntry: JournalListener;
}

/** The journal of one run, and the state that it tells. One process at a time writes what it does. */
export class Journal {
  readonly run: string;
  readonly #options: JournalOptions;
  readonly #beganMs: number;
  #current: RunState;
  #sequence = 0;

  private constructor(options: JournalOptions, plan: Plan) {
    this.run = options.run;
    this.#options = options;
    this.#beganMs = options.world.elapsed();
    this.#current = unstarted(plan);
  }

  /** Writes the plan and its first event, in one transaction. */
  static async create(options: JournalOptions, plan: Plan, first: RunEvent): Promise<Journal> {
    const journal = new Journal(options, plan);
    await journal.#write((writer) => {
      insertRun(writer, options.run, plan);
      return journal.#insert(writer, first);
    });
    return journal;
  }

  /** Reads a run. NOT_FOUND when there is none with this id. */
  static load(options: JournalOptions): Journal {
    const row = options.state.get("SELECT plan FROM runs WHERE id = ?", options.run);
    if (row === null) {
      throw new SalvorError("NOT_FOUND", `there is no run ${options.run}`, {
        hint: '"salvor runs" lists them.',
      });
    }
    const journal = new Journal(options, JSON.parse(text(row, "plan")) as Plan);
    journal.pull();
    return journal;
  }

  get current(): RunState {
    return this.#current;
  }

  /** Takes in what others have written meanwhile: a request to cancel, or the work of its owner. */
  pull(reader: StateReader = this.#options.state): RunState {
    for (const entry of entriesAfter(reader, this.run, this.#sequence)) this.#take(entry);
    return this.#current;
  }

  /** Decides what comes next and writes it down, with nothing of others in between. */
  async advance(facts: StepFacts): Promise<Order> {
    let order: Order = { do: "nothing" };
    await this.#write((writer) => {
      this.pull(writer);
      order = decide(this.#current, facts);
      return order.do === "nothing" ? null : this.#insert(writer, order.event);
    });
    return order;
  }

  /** Writes down what happened; durable when the promise resolves. */
  async append(event: RunEvent): Promise<void> {
    await this.#write((writer) => {
      this.pull(writer);
      return this.#insert(writer, event);
    });
  }

  async #write(work: (writer: StateWriter) => JournalEntry | null): Promise<void> {
    const entry = await this.#options.state.transaction(work);
    if (entry === null) return;
    if (entry.sequence > this.#sequence) this.#take(entry);
    this.#options.onEntry(this.run, entry);
  }

  #insert(writer: StateWriter, event: RunEvent): JournalEntry {
    const { world } = this.#options;
    return insertEntry(writer, this.run, {
      at: Math.trunc(world.now()),
      elapsedMs: event.type === "CancelRequested" ? null : world.elapsed() - this.#beganMs,
      event,
    });
  }

  #take(entry: JournalEntry): void {
    this.#current = evolve(this.#current, entry);
    this.#sequence = entry.sequence;
  }
}

/** A run as lists need it before its journal is read. */
export interface RunHeading {
  readonly id: string;
  readonly subject: readonly string[];
}

/** Runs that have not ended: live ones and interrupted ones, oldest first. */
export function unfinishedRuns(reader: StateReader): readonly RunHeading[] {
  return reader.all("SELECT id, plan FROM runs WHERE ended = 0 ORDER BY position").map(headingOf);
}

/** Runs that were started after this one. */
export function runsAfter(reader: StateReader, run: string): readonly RunHeading[] {
  const sql = `SELECT id, plan FROM runs
    WHERE position > (SELECT position FROM runs WHERE id = ?) ORDER BY position`;
  return reader.all(sql, run).map(headingOf);
}

/** Ids of the newest runs, newest first. */
export function newestRuns(reader: StateReader, countMax: number): readonly string[] {
  const rows = reader.all("SELECT id FROM runs ORDER BY position DESC LIMIT ?", countMax);
  return rows.map((row) => text(row, "id"));
}

/** A time of the journal as documents write it. */
export function timeOf(ms: number | null): string | null {
  return ms === null ? null : timestamp(ms);
}

function headingOf(row: StateRow): RunHeading {
  const plan = JSON.parse(text(row, "plan")) as Plan;
  return { id: text(row, "id"), subject: plan.subject };
}

function insertRun(writer: StateWriter, run: string, plan: Plan): void {
  writer.run(
    "INSERT INTO runs (id, position, plan) SELECT ?, ifnull(max(position), 0) + 1, ? FROM runs",
    run,
    JSON.stringify(plan),
  );
}

function insertEntry(
  writer: StateWriter,
  run: string,
  entry: Omit<JournalEntry, "sequence">,
): JournalEntry {
  const { at, elapsedMs, event } = entry;
  const last = writer.get("SELECT max(sequence) AS last FROM run_events WHERE run = ?", run);
  const sequence = Number(last?.["last"] ?? 0) + 1;
  writer.run(
    "INSERT INTO run_events VALUES (?, ?, ?, ?, ?)",
    run,
    sequence,
    at,
    elapsedMs,
    JSON.stringify(event),
  );
  if (event.type === "RunEnded") writer.run("UPDATE runs SET ended = 1 WHERE id = ?", run);
  if (event.type === "RunResumed") writer.run("UPDATE runs SET ended = 0 WHERE id = ?", run);
  return { sequence, ...entry };
}

function entriesAfter(reader: StateReader, run: string, after: number): readonly JournalEntry[] {
  const rows = reader.all(
    "SELECT sequence, at, elapsed_ms, event FROM run_events WHERE run = ? AND sequence > ? ORDER BY sequence",
    run,
    after,
  );
  return rows.map((row) => ({
    sequence: number(row, "sequence"),
    at: number(row, "at"),
    elapsedMs: row["elapsed_ms"] === null ? null : number(row, "elapsed_ms"),
    event: JSON.parse(text(row, "event")) as RunEvent,
  }));
}
