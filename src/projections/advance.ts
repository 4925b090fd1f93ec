import type { DatabaseSync } from "node:sqlite";

import type { SalvorError } from "../core/errors.ts";
import type { EventBatch, EventDamage } from "../stores/events.ts";
import type { OpenState } from "./apply-batch.ts";
import { endedBy, logDamaged } from "./damage.ts";
import { updateRecord, type StateRecord } from "./draft/record.ts";
import type { OnDamaged } from "./types.ts";

/** What a batch is held to, and who hears of its damage. */
export interface AdvanceContext {
  readonly database: DatabaseSync;
  readonly state: OpenState;
  readonly onDamaged: OnDamaged;
  /** Resolves when it is kept. */
  readonly reportDamage: (damaged: readonly EventDamage[]) => Promise<void>;
  /** Asked in the transaction: false when the state is not any more as this record says. */
  readonly isStill?: (record: StateRecord) => boolean;
}

/**
 * Applies one batch in one transaction with its checkpoint and its ids. The new record, or null when
 * the state was changed by somebody else meanwhile and nothing was done.
 *
 * @throws {SalvorError} LOG_DAMAGED when the policy says so: the state is as before the batch.
 */
export async function advance(
  batch: EventBatch,
  record: StateRecord,
  context: AdvanceContext,
): Promise<StateRecord | null> {
  const { database, state } = context;
  // Nothing is applied over damage that stops: not even looked at.
  const early = endedBy(batch.damaged, record.corrupted, context.onDamaged);
  if (early !== null) throw await stopped(early, batch.damaged, record, context);
  const admission = await state.admit(batch);
  database.exec("BEGIN IMMEDIATE");
  try {
    if (context.isStill?.(record) === false) {
      database.exec("ROLLBACK");
      return null;
    }
    const { applied, duplicates, damaged } = await state.apply(batch, admission);
    const end = endedBy(damaged, record.corrupted, context.onDamaged);
    if (end !== null) throw await stopped(end, damaged, record, context);
    if (damaged.length > 0) await context.reportDamage(damaged);
    const next: StateRecord = {
      ...record,
      events: record.events + batch.events.length + batch.damaged.length,
      applied: record.applied + applied,
      duplicates: record.duplicates + duplicates,
      corrupted: record.corrupted + damaged.length,
      appliedInAll: record.appliedInAll + applied,
      checkpoint: batch.end,
    };
    state.save();
    updateRecord(database, next);
    database.exec("COMMIT");
    return next;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

async function stopped(
  end: EventDamage,
  damaged: readonly EventDamage[],
  { name, log }: StateRecord,
  { onDamaged, reportDamage }: AdvanceContext,
): Promise<SalvorError> {
  await reportDamage(damaged);
  return logDamaged(end, { projection: name, log }, onDamaged);
}
