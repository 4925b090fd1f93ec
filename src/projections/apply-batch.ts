import type { DatabaseSync } from "node:sqlite";

import type { EventBatch, EventDamage, EventReader } from "../stores/events.ts";
import { admit, VERDICTS, type Admission } from "./admit.ts";
import { AppliedMemory } from "./applied/memory.ts";
import type { ApplyEvent, CompiledProjection } from "./compiled.ts";
import { damageOf } from "./damage.ts";
import { Segments } from "./draft/segments.ts";
import type { StateRecord } from "./draft/record.ts";
import { StateTable } from "./state-table.ts";
import { Refusal } from "./values/sql-value.ts";

/** What one batch has come to, before it is written. */
export interface AppliedBatch {
  readonly applied: number;
  readonly duplicates: number;
  /** In the order of the log; what the reader has seen too. */
  readonly damaged: readonly EventDamage[];
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
  readonly #isAtomic: boolean;

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
    this.#applyEvent = projection.connect(tables);
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
    const refused: { readonly at: number; readonly reason: string }[] = [];
    let applied = 0;
    let duplicates = 0;
    for (let at = 0; at < batch.events.length; at += 1) {
      const verdict = verdicts[at];
      if (verdict === VERDICTS.duplicate) duplicates += 1;
      if (verdict !== VERDICTS.apply) continue;
      const reason = this.#applyOne(batch, at);
      if (reason === null) applied += 1;
      else refused.push({ at, reason });
    }
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

  /** Why the event was refused, which then has changed nothing; null when it was applied. */
  #applyOne({ events }: EventBatch, at: number): string | null {
    const event = events[at];
    if (event === undefined) return null;
    if (!this.#isAtomic) for (const table of this.#tables) table.mark();
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
