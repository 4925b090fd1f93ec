import { SalvorError } from "../../core/errors.ts";
import { shortId } from "../../core/text.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { RecoveryContext } from "../context.ts";
import { chosenJson } from "./chosen.ts";

/** A store to be built beside, and the snapshots that it may come from. */
export interface BesideParameters {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
  readonly address: string;
}

/**
 * Builds the store of the first of these snapshots that can be read whole, and returns its place in
 * the list. What a damaged one has left is removed before the next one is tried.
 */
export async function buildFirst(
  recovery: RecoveryContext,
  context: Pick<StepContext<BesideParameters>, "parameters" | "note" | "record">,
  candidates: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { address } = context.parameters;
  for (const [place, snapshot] of candidates.entries()) {
    await context.record({ building: address, ...chosenJson({ address, snapshot, digest: null }) });
    try {
      await build(recovery, context, snapshot, signal);
      return place;
    } catch (error) {
      if (!isDamaged(error) || place + 1 === candidates.length) throw error;
      await context.note(
        `snapshot ${shortId(snapshot)} is damaged: ${error.message}; an older one is taken`,
      );
    }
    await discard(recovery, context.parameters, signal);
  }
  throw new SalvorError("BACKUP_DAMAGED", `no snapshot is left for ${context.parameters.store}`, {
    hint: 'Run "salvor repository check" and "salvor repository repair", then try again.',
  });
}

async function build(
  recovery: RecoveryContext,
  { parameters, record }: Pick<StepContext<BesideParameters>, "parameters" | "record">,
  snapshot: string,
  signal: AbortSignal,
): Promise<void> {
  const { store, driver, options, address } = parameters;
  const repository = await recovery.repository(parameters.repository, signal);
  const content = await repository.content(snapshot, signal);
  await using target = await recovery.openStoreAt(store, driver, options, address);
  try {
    await target.restore(content, signal);
  } catch (error) {
    // Something of somebody else's is in the way: an undo must not take it for ours.
    if (error instanceof SalvorError && error.code === "NOT_EMPTY") {
      await record({ building: null });
    }
    throw error;
  }
}

/** Removes what a restore of ours has built, whole or not. */
export async function discard(
  recovery: RecoveryContext,
  { store, driver, options, address }: BesideParameters,
  signal: AbortSignal,
): Promise<void> {
  await using target = await recovery.openStoreAt(store, driver, options, address);
  await target.discard(signal);
}

/** Is it the snapshot itself that is to blame? */
export function isDamaged(error: unknown): error is SalvorError {
  if (!(error instanceof SalvorError)) return false;
  return ["BACKUP_DAMAGED", "BLOB_MISSING", "RECEIPT_INVALID"].includes(error.code);
}
