import type { DatabaseSync } from "node:sqlite";

import type { EventBatch, EventDamage, EventReader } from "../stores/events.ts";
import { admit, VERDICTS, type Admission } from "./admit.ts";
import { AppliedMemory } from "./applied/memory.ts";
import type { ApplyEvent, CompiledProjection, Guard } from "./compiled.ts";
import { damageOf } from "./damage.ts";
import { Segments } from "./draft/segments.ts";
import type { StateRecord } from "./draft/record.ts";
import { remembering, stuck } from "./misconduct.ts";
import { StateTable } from "./state-table.ts";
import { Misconduct, Refusal } from "./values/sql-value.ts";

/** What one batch has come to, before it is written. */
export interface AppliedBatch {
  readonly applied: number;
  readonly duplicates: number;
  /** In the order of the log; what the reader has seen too. */
  readonly damaged: readonly EventDamage[];
}

/** What a batch has come to so far. */
interface Tally {
  /** Of the next event. */
  at: number;
  /** Of the event whose changes can be undone; -1 before the first. */
  marked: number;
  applied: number;
  duplicates: number;
  readonly refused: { readonly at: number; readonly reason: string }[];
}

/** Which events are meant, by their time in milliseconds. */
export interface TimeLimits {
  readonly fromMs: number | null;
  readonly untilMs: number | null;
}

/** A state that is worked on: its tables, and the memory of what was applied. */
export class OpenState {
  readonly #reader: EventReader;
  readonly #limits: TimeLimits;
  readonly #memory: AppliedMemory;
  readonly #segments: Segments;
  readonly #tables: readonly StateTable[];
  readonly #applyEvent: ApplyEvent;
  readonly #guard: Guard | null;
  readonly #isAtomic: boolean;
  readonly #name: string;

  /** @param expected about how many events are going to be applied. */
  constructor(
    database: DatabaseSync,
    projection: CompiledProjection,
    { hashKey }: StateRecord,
    reader: EventReader,
    options: TimeLimits & { readonly expected: number },
  ) {
    const names = Object.entries(projection.tables);
    const tables = new Map(
      names.map(([name, table]) => [name, new StateTable(database, name, table)]),
    );
    this.#tables = [...tables.values()];
    const { apply, guard } = projection.connect(tables);
    this.#applyEvent = apply;
    this.#guard = guard;
    this.#name = projection.name;
    this.#isAtomic = projection.isAtomic;
    this.#memory = new AppliedMemory(database, Buffer.from(hashKey, "hex"), options.expected);
    this.#segments = new Segments(database);
    this.#reader = reader;
    this.#limits = options;
  }

  /** Tells which events of a batch are new. Reads the state, writes nothing. */
  admit(batch: EventBatch): Promise<Admission> {
    const context = { memory: this.#memory, segments: this.#segments, reader: this.#reader };
    return admit(batch, { ...context, ...this.#limits });
  }

  /** Applies the new events of a batch; what came of it waits for {@link OpenState.save}. */
  async apply(batch: EventBatch, { verdicts, damaged }: Admission): Promise<AppliedBatch> {
    const tally: Tally = { at: 0, marked: -1, applied: 0, duplicates: 0, refused: [] };
    if (this.#guard === null) this.#applyUpTo(batch.events.length, batch, verdicts, tally);
    else await this.#applyGuarded(this.#guard, batch, verdicts, tally);
    const { applied, duplicates, refused } = tally;
    const own = [...damaged];
    for (const { at, reason } of refused) {
      own.push(await damageOf(this.#reader, batch, at, "refused", reason));
    }
    own.sort((one, other) => one.offset - other.offset);
    return { applied, duplicates, damaged: [...batch.damaged, ...own] };
  }

  /** Writes everything that waits into the open transaction. */
  save(): void {
    for (const table of this.#tables) table.flush();
    this.#segments.save();
    this.#memory.save();
  }

  /** As {@link OpenState.#applyUpTo} does, where code of the user's may do what it must not. */
  async #applyGuarded(
    guard: Guard,
    batch: EventBatch,
    verdicts: Uint8Array,
    tally: Tally,
  ): Promise<void> {
    const { length } = batch.events;
    while (tally.at < length) {
      const from = tally.at;
      const to = Math.min(length, from + (await guard.ready()));
      try {
        if (guard.run(() => this.#applyUpTo(to, batch, verdicts, tally))) continue;
      } catch (error) {
        if (!(error instanceof Misconduct)) throw error;
        throw remembering({ projection: this.#name, batch, at: tally.at }, error.message);
      }
      // It was cut off within an event, which is begun again: it may not have had all of the time.
      // Or between two: then what could be undone is of the one before, which is done.
      if (tally.marked === tally.at) for (const table of this.#tables) table.undo();
      if (tally.at > from) continue;
      throw stuck({ projection: this.#name, batch, at: from }, guard.timeoutMs);
    }
  }

  /** It may be cut off wherever a loop goes on or something is called, and nowhere else. */
  #applyUpTo(end: number, batch: EventBatch, verdicts: Uint8Array, tally: Tally): void {
    for (let { at } = tally; at < end; tally.at = ++at) {
      const verdict = verdicts[at];
      if (verdict === VERDICTS.duplicate) tally.duplicates += 1;
      if (verdict !== VERDICTS.apply) continue;
      const reason = this.#applyOne(batch, at, tally);
      if (reason === null) tally.applied += 1;
      else tally.refused.push({ at, reason });
    }
  }

  /** Why the event was refused, which then has changed nothing; null when it was applied. */
  #applyOne({ events }: EventBatch, at: number, tally: Tally): string | null {
    const event = events[at];
    if (event === undefined) return null;
    if (!this.#isAtomic) for (const table of this.#tables) table.mark();
    tally.marked = at;
    try {
      this.#applyEvent(event);
      return null;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (!this.#isAtomic) for (const table of this.#tables) table.undo();
      return error.message;
    }
  }
}
