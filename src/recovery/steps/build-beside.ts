import { SalvorError } from "../../core/errors.ts";
import { shortId } from "../../core/text.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { RestoreOptions } from "../../stores/file-comparison.ts";
import type { RecoveryContext } from "../context.ts";
import { chosenJson } from "./chosen.ts";
import { outputsOf, quarantinesIn } from "./quarantine-json.ts";

/** A store to be built beside, and the snapshots that it may come from. */
export interface BesideParameters {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
  readonly address: string;
  /** Some of its paths; null: the whole. */
  readonly wanted?: RestoreOptions | null;
}

type BuildContext = Pick<
  StepContext<BesideParameters>,
  "parameters" | "note" | "outputs" | "record" | "recorded"
>;

/**
 * Builds the store of the first of these snapshots that can be read whole, and returns its place in
 * the list. What a damaged one has left is removed before the next one is tried.
 */
export async function buildFirst(
  recovery: RecoveryContext,
  context: BuildContext,
  candidates: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { address } = context.parameters;
  for (const [place, snapshot] of candidates.entries()) {
    const chosen = { address, snapshot, digest: null, sameBytes: false };
    await context.record({ building: address, ...chosenJson(chosen) });
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
  context: BuildContext,
  snapshot: string,
  signal: AbortSignal,
): Promise<void> {
  const { parameters, record } = context;
  const { store, driver, options, address } = parameters;
  const repository = await recovery.repository(parameters.repository, signal);
  // Most of what was replaced is as the snapshot has it, and lies nearer than the repository.
  const kept = quarantinesIn(outputsOf(store, context)).at(-1);
  const content = await (kept === undefined
    ? repository.content(snapshot, signal)
    : repository.seededContent(snapshot, kept.address, signal));
  await using target = await recovery.openStoreAt(store, driver, options, address);
  try {
    await target.restore(content, parameters.wanted ?? {}, signal);
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
