import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import { shortId } from "../../core/text.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { StepContext } from "../../plans/types.ts";
import type { RestoreOptions } from "../../stores/file-comparison.ts";
import type { RecoveryContext } from "../context.ts";
import { proveFiles } from "../prove-files.ts";
import { hasSameBytes } from "../same-bytes.ts";
import { proofJson, proveStore } from "../prove-store.ts";
import { buildFirst, discard, isDamaged } from "./build-beside.ts";
import { type Chosen, chosenIn, chosenJson } from "./chosen.ts";
import { fallbackField, snapshotFields, storeFields, wantedField } from "./parameters.ts";
import { outputsOf } from "./quarantine-json.ts";

const parameters = z.object({
  ...storeFields,
  ...snapshotFields,
  ...fallbackField,
  ...wantedField,
  address: z.string(),
});

type Context = StepContext<z.output<typeof parameters>>;

/**
 * Proves that a store beside holds what the snapshot's receipt says, to level complete. Where there
 * is a choice, one that does not prove right gives way to an older one.
 */
export function verify(recovery: RecoveryContext) {
  return defineStep({
    name: "verify",
    summary: "Compare the restored store with the sealed receipt",
    parameters,
    limits: { attempts: 2, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async (context, signal) => {
      const { wanted } = context.parameters;
      return chosenJson(
        await (wanted === null
          ? proveFirst(recovery, context, signal)
          : proveWanted(recovery, context, wanted, signal)),
      );
    },
  });
}

/** Of a part, every row is compared with the one that was sealed; the store as a whole is not there. */
async function proveWanted(
  recovery: RecoveryContext,
  { parameters: given, record }: Context,
  wanted: RestoreOptions,
  signal: AbortSignal,
): Promise<Chosen> {
  const { store, driver, options, address, snapshot } = given;
  const repository = await recovery.repository(given.repository, signal);
  const sealed = await repository.sealed(snapshot, signal);
  const content = await repository.content(snapshot, signal);
  await using beside = await recovery.openStoreAt(store, driver, options, address);
  const compared = await beside.compareFiles(content, { ...wanted, exact: true }, signal);
  const proof = proveFiles({ store, sealed, compared, basis: "snapshot", amended: null });
  await record({ proof: proofJson(proof) });
  if (!proof.equal) throw unequal(address);
  return { address, snapshot, digest: null, sameBytes: false };
}

async function proveFirst(
  recovery: RecoveryContext,
  context: Context,
  signal: AbortSignal,
): Promise<Chosen> {
  const { store, address, snapshot, fallbacks } = context.parameters;
  const candidates = [snapshot, ...fallbacks];
  const built = chosenIn(outputsOf(store, context), address)?.snapshot ?? snapshot;
  // Killed between two candidates: nothing stands there, and the one that was begun is built anew.
  let place = Math.max(0, candidates.indexOf(built));
  if ((await recovery.disk.stat(address)) === null && candidates.length > 1) {
    place += await buildFirst(recovery, context, candidates.slice(place), signal);
  }
  for (;;) {
    const proving = candidates[place] ?? snapshot;
    try {
      return await proveBeside(recovery, context, proving, signal);
    } catch (error) {
      if (!isUnproven(error) || place + 1 >= candidates.length) throw error;
      await context.note(
        `snapshot ${shortId(proving)} does not prove right: ${error.message}; an older one is taken`,
      );
    }
    place += 1;
    // What stands there goes before the next one is named: a crash must not take it for that.
    await discard(recovery, context.parameters, signal);
    place += await buildFirst(recovery, context, candidates.slice(place), signal);
  }
}

async function proveBeside(
  recovery: RecoveryContext,
  { parameters: given, record, note }: Context,
  snapshot: string,
  signal: AbortSignal,
): Promise<Chosen> {
  const { store, driver, options, address } = given;
  const repository = await recovery.repository(given.repository, signal);
  const sealed = await repository.sealed(snapshot, signal);
  await using beside = await recovery.openStoreAt(store, driver, options, address);
  await using image = await beside.capture({ exclusive: true }, signal);
  const [{ proof, complaints, unchecked }, sameBytes] = await Promise.all([
    proveStore(sealed, image, signal),
    hasSameBytes(repository, snapshot, image, signal),
  ]);
  await record({ proof: proofJson(proof) });
  if (!proof.equal) throw unequal(address);
  if (complaints.length > 0) throw unsound(address, complaints[0] ?? "");
  for (const text of unchecked) await note(`the engine could not check ${text}`);
  return { address, snapshot, digest: sealed.receipt.digest, sameBytes };
}

function isUnproven(error: unknown): error is SalvorError {
  if (isDamaged(error)) return true;
  return error instanceof SalvorError && ["PROOF_UNEQUAL", "STORE_DAMAGED"].includes(error.code);
}

function unequal(address: string): SalvorError {
  return new SalvorError("PROOF_UNEQUAL", `${address} does not hold what the receipt says`, {
    hint: 'Run "salvor verify --level complete" to find a snapshot that proves right.',
  });
}

function unsound(address: string, complaint: string): SalvorError {
  return new SalvorError("PROOF_UNEQUAL", `the engine finds ${address} damaged: ${complaint}`, {
    hint: 'Run "salvor verify --level complete" to find a snapshot that proves right.',
  });
}
