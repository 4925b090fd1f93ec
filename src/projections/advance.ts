import type { DatabaseSync } from "node:sqlite";

import type { SalvorError } from "../core/errors.ts";
import type { EventBatch, EventDamage } from "../stores/events.ts";
import type { OpenState } from "./apply-batch.ts";
import { endedBy, logDamaged } from "./damage.ts";
import { updateRecord, type StateRecord } from "./draft/record.ts";
import type { OnDamaged } from "./types.ts";

/** What batches are held to, and who hears of their damage. */
export interface AdvanceContext {
  readonly database: DatabaseSync;
  readonly state: OpenState;
  readonly onDamaged: OnDamaged;
  /** Resolves when it is kept. */
  readonly reportDamage: (damaged: readonly EventDamage[]) => Promise<void>;
}

/**
 * Applies batches in memory, and writes some of them at once: rows, ids and checkpoint together or
 * not at all.
 */
export class Advance {
  /** Of everything that was applied, written or not. */
  record: StateRecord;
  /** Events that wait to be written. */
  pending = 0;
  readonly #context: AdvanceContext;

  constructor(record: StateRecord, context: AdvanceContext) {
    this.record = record;
    this.#context = context;
  }

  /**
   * Applies a batch. Its damage has been kept when this resolves.
   *
   * @throws {SalvorError} LOG_DAMAGED when the policy says so: what waits must not be written then,
   *   but everything before damage that the reader has seen is.
   */
  async apply(batch: EventBatch): Promise<void> {
    const { state, onDamaged, reportDamage } = this.#context;
    const { record } = this;
    const early = endedBy(batch.damaged, record.corrupted, onDamaged);
    if (early !== null) {
      if (this.pending > 0) this.write();
      throw await this.#stopped(early, batch.damaged);
    }
    const { applied, duplicates, damaged } = await state.apply(batch, await state.admit(batch));
    const end = endedBy(damaged, record.corrupted, onDamaged);
    if (end !== null) throw await this.#stopped(end, damaged);
    if (damaged.length > 0) await reportDamage(damaged);
    const events = batch.events.length + batch.damaged.length;
    this.pending += events;
    this.record = {
      ...record,
      events: record.events + events,
      applied: record.applied + applied,
      duplicates: record.duplicates + duplicates,
      corrupted: record.corrupted + damaged.length,
      appliedInAll: record.appliedInAll + applied,
      checkpoint: batch.end,
    };
  }

  /** Writes what waits, in one transaction: the one that is open, or its own. */
  write(): void {
    const { database, state } = this.#context;
    const isOurs = !database.isTransaction;
    if (isOurs) database.exec("BEGIN IMMEDIATE");
    state.save();
    updateRecord(database, this.record);
    this.pending = 0;
    if (isOurs) database.exec("COMMIT");
  }

  async #stopped(end: EventDamage, damaged: readonly EventDamage[]): Promise<SalvorError> {
    const { onDamaged, reportDamage } = this.#context;
    const { name, log } = this.record;
    await reportDamage(damaged);
    return logDamaged(end, { projection: name, log }, onDamaged);
  }
}
