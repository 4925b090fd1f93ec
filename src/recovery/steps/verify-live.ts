import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Loss } from "../../core/loss.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Repository } from "../../repository/types.ts";
import type { Image, Store } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { findLosses } from "../losses.ts";
import { proofJson, proveStore, type StoreProof } from "../prove-store.ts";
import { snapshotFields, storeFields } from "./parameters.ts";
import { movedIn, outputsOf, quarantinesIn } from "./quarantine-json.ts";

const parameters = z.object({ ...storeFields, ...snapshotFields, beside: z.string() });

type Context = StepContext<z.output<typeof parameters>>;

/** Asks the live store itself what it holds now, and the quarantine what is gone. */
export function verifyLive(recovery: RecoveryContext) {
  return defineStep({
    name: "verify-live",
    summary: "Prove the live store, and tell what the exchange cost",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async (context, signal) => {
      const { store, driver, options, snapshot } = context.parameters;
      const repository = await recovery.repository(context.parameters.repository, signal);
      await using live = await recovery.openStore(store, driver, options);
      await using image = await live.capture({ exclusive: false }, signal);
      const sealed = await repository.sealed(snapshot, signal);
      const found = await proveStore(sealed, image, signal);
      await judge(context, live, found, signal);
      const cost = await costOf(recovery, context, { repository, found, image }, signal);
      await discardBeside(recovery, context, signal);
      return cost;
    },
  });
}

/**
 * Programs that stayed connected may have committed since the exchange: then the live store is newer
 * than the receipt and sound, and the proof of what was exchanged stands. Anything else that is
 * unequal has failed.
 */
async function judge(
  context: Context,
  live: Store,
  { proof, complaints }: StoreProof,
  signal: AbortSignal,
): Promise<void> {
  const { address } = live.identity;
  const [complaint] = complaints;
  if (complaint === undefined && !proof.equal && (await isUsed(live, signal))) {
    await context.note("programs have written to the live store since the exchange");
    await context.record({ live: proofJson(proof) });
    return;
  }
  await context.record({ proof: proofJson(proof) });
  if (complaint === undefined && proof.equal) return;
  const problem =
    complaint === undefined
      ? `${address} does not hold what the receipt says`
      : `the engine finds ${address} damaged: ${complaint}`;
  throw new SalvorError("PROOF_UNEQUAL", problem, {
    hint: 'Check the disk (dmesg, smartctl), then run "salvor resume".',
  });
}

async function isUsed(live: Store, signal: AbortSignal): Promise<boolean> {
  return (await live.users(signal)).processes.length > 0;
}

interface CostQuestion {
  readonly repository: Repository;
  readonly found: StoreProof;
  readonly image: Image;
}

/** What is newer than the snapshot and gone, and how much time that is. */
async function costOf(
  recovery: RecoveryContext,
  context: Context,
  { repository, found, image }: CostQuestion,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options, snapshot } = context.parameters;
  const told = outputsOf(store, context);
  if (!movedIn(told)) return { losses: [], rpoMs: 0 };
  const { receipt } = await repository.sealed(snapshot, signal);
  const restored = { sealed: found.actual, image };
  const losses = new Map<string, JsonObject>();
  for (const quarantine of quarantinesIn(told)) {
    const question = { store, driver, options, quarantine, restored, snapshotAt: receipt.at };
    for (const loss of await findLosses(recovery, question, signal)) {
      // The newest quarantine that holds a row is the one to look for it in.
      losses.set(JSON.stringify([loss.collection, loss.key, loss.location]), lossJson(loss));
    }
  }
  const rpoMs = losses.size === 0 ? 0 : Math.max(0, context.world.now() - Date.parse(receipt.at));
  return { losses: [...losses.values()], rpoMs };
}

function lossJson({ store, collection, key, location, reason }: Loss): JsonObject {
  return { store, collection, key, location, reason };
}

/** Also after a rename took it away: what the engine left beside it goes too. */
async function discardBeside(
  recovery: RecoveryContext,
  { parameters: { store, driver, options, beside } }: Context,
  signal: AbortSignal,
): Promise<void> {
  await using copy = await recovery.openStoreAt(store, driver, options, beside);
  await copy.discard(signal);
}
