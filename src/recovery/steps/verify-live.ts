import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { StepContext } from "../../plans/types.ts";
import type { SealedReceipt } from "../../receipts/types.ts";
import type { PagedPart, Repository } from "../../repository/types.ts";
import type { Image } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { findLosses, lossJson } from "../losses.ts";
import { hasSameBytes } from "../same-bytes.ts";
import { type MergeSource, proveMerge } from "../prove-merge.ts";
import { proveSame, proveStore, type StoreProof } from "../prove-store.ts";
import { beforeIn } from "./backup.ts";
import { builtIn } from "./built.ts";
import { chosenIn } from "./chosen.ts";
import { judgeLive } from "./judge-live.ts";
import { storeFields } from "./parameters.ts";
import { amendedIn } from "./put-back-rows.ts";
import { movedIn, outputsOf, quarantinesIn } from "./quarantine-json.ts";
import { filesField, verifyFiles } from "./verify-files.ts";
import { mendedField, verifyMended } from "./verify-mended.ts";
import { logField, verifyMerged } from "./verify-merged.ts";
import { proveBuilt } from "./verify-built.ts";

const parameters = z.object({
  ...storeFields,
  repository: z.string().nullable(),
  /** Null: the one that was taken before the store was changed. */
  snapshot: z.string().nullable(),
  /** Address of what was built beside, if anything was. */
  beside: z.string().nullable(),
  /** Where rows came from, and the ids of the steps that put them back. */
  merged: z.array(z.object({ address: z.string(), step: z.string() })).default([]),
  ...filesField,
  ...mendedField,
  ...logField,
});

type Context = StepContext<z.output<typeof parameters>>;

const WORDS = {
  newer: "programs have written to the live store since the exchange",
  unequal: "does not hold what the receipt says",
};

/** Asks the live store itself what it holds now, and the quarantine what is gone. */
export function verifyLive(recovery: RecoveryContext) {
  return defineStep({
    name: "verify-live",
    summary: "Prove the live store, and tell what the exchange cost",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async (context, signal) => {
      const { files, mended, log } = context.parameters;
      if (log !== null) return await verifyMerged(recovery, context, log.step, signal);
      if (mended !== null) return await verifyMended(recovery, context, mended, signal);
      if (files !== null) return await verifyFiles(recovery, context, files, signal);
      const { store, driver, options, merged, beside } = context.parameters;
      const built = beside === null ? null : builtIn(outputsOf(store, context), beside);
      if (built !== null) return proveBuilt(recovery, context, built, signal);
      const repository = await recovery.repository(context.parameters.repository, signal);
      await using live = await recovery.openStore(store, driver, options);
      await using image = await live.capture({ exclusive: false }, signal);
      const sealed = await repository.sealed(snapshotOf(context), signal);
      const found = await (merged.length === 0
        ? proveAlone(context, { repository, before: sealed, image }, signal)
        : proveMerged(recovery, context, { repository, before: sealed, image }, signal));
      await judgeLive(context, live, found, WORDS, signal);
      const question = { sealed, found, image };
      const cost = merged.length === 0 ? await costOf(recovery, context, question, signal) : {};
      await discardBeside(recovery, context, signal);
      return cost;
    },
  });
}

/** What the live store must hold: the snapshot that was chosen, or that of the state before. */
function snapshotOf(context: Context): string {
  const { store, beside, snapshot } = context.parameters;
  const told = outputsOf(store, context);
  const chosen = beside === null ? null : chosenIn(told, beside);
  const found = chosen?.snapshot ?? snapshot ?? beforeIn(told);
  if (found !== null) return found;
  throw new SalvorError("PLAN_INVALID", "nothing says what the live store must hold", {
    hint: "This is a fault of Salvor's own; please report the plan.",
  });
}

interface MergedQuestion {
  readonly repository: Repository;
  readonly before: SealedReceipt;
  readonly image: Image;
}

/**
 * What has every byte that was decoded and checked by the engine before the exchange need not be
 * decoded and checked again: reading these bytes back proves it.
 */
async function proveAlone(
  context: Context,
  { repository, before: sealed, image }: MergedQuestion,
  signal: AbortSignal,
): Promise<StoreProof> {
  const { store, beside } = context.parameters;
  const chosen = beside === null ? null : chosenIn(outputsOf(store, context), beside);
  const isKnown = chosen?.sameBytes === true && chosen.digest === sealed.receipt.digest;
  const isSame = isKnown && (await hasSameBytes(repository, chosen.snapshot, image, signal));
  return isSame ? proveSame(sealed, image, signal) : proveStore(sealed, image, signal);
}

/** The copies that rows came from still stand beside: they are asked again. */
async function proveMerged(
  recovery: RecoveryContext,
  context: Context,
  { repository, before, image }: MergedQuestion,
  signal: AbortSignal,
): Promise<StoreProof> {
  const { store, driver, options, merged } = context.parameters;
  const told = outputsOf(store, context);
  await using held = new AsyncDisposableStack();
  const sources: MergeSource[] = [];
  for (const { address, step } of merged) {
    const chosen = chosenIn(told, address);
    const amended = amendedIn(context.outputs.get(step));
    if (chosen === null || amended === null) continue;
    const copy = held.use(await recovery.openStoreAt(store, driver, options, address));
    const source = held.use(await copy.capture({ exclusive: true }, signal));
    const sealed = await repository.sealed(chosen.snapshot, signal);
    sources.push({ image: source, sealed, collections: amended.collections });
  }
  return await proveMerge({ store, before, sources, live: image }, signal);
}

interface CostQuestion {
  readonly sealed: SealedReceipt;
  readonly found: StoreProof;
  readonly image: Image;
}

/** What is newer than the snapshot and gone, and how much time that is. */
async function costOf(
  recovery: RecoveryContext,
  context: Context,
  { sealed: { receipt }, found, image }: CostQuestion,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options, snapshot } = context.parameters;
  const told = outputsOf(store, context);
  // Nothing was committed after the newest snapshot: that says nothing about an older one.
  const isNewest = snapshotOf(context) === snapshot;
  if (isNewest && !movedIn(told)) return { losses: [], rpoMs: 0 };
  const restored = { sealed: found.actual, image };
  const repository = await recovery.repository(context.parameters.repository, signal);
  const differing = (part: PagedPart) =>
    repository.differingPages(snapshotOf(context), part, signal);
  const losses = new Map<string, JsonObject>();
  for (const quarantine of quarantinesIn(told)) {
    const known = { quarantine, restored, snapshotAt: receipt.at, differing };
    const question = { store, driver, options, ...known };
    for (const loss of await findLosses(recovery, question, signal)) {
      // The newest quarantine that holds a row is the one to look for it in.
      losses.set(JSON.stringify([loss.collection, loss.key, loss.location]), lossJson(loss));
    }
  }
  const rpoMs = losses.size === 0 ? 0 : Math.max(0, context.world.now() - Date.parse(receipt.at));
  return { losses: [...losses.values()], rpoMs };
}

/** Also after a rename took it away: what the engine left beside it goes too. */
async function discardBeside(
  recovery: RecoveryContext,
  { parameters: { store, driver, options, beside, merged } }: Context,
  signal: AbortSignal,
): Promise<void> {
  const built = beside === null ? [] : [beside];
  for (const address of [...built, ...merged.map((each) => each.address)]) {
    await using copy = await recovery.openStoreAt(store, driver, options, address);
    await copy.discard(signal);
  }
}
