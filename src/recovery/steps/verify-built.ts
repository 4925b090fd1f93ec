import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Image, Store } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { proofJson, proveStore, type StoreProof } from "../prove-store.ts";
import type { BuiltReceipt } from "./built.ts";
import { outputsOf, quarantinesIn } from "./quarantine-json.ts";

/** What of `verify-live`'s parameters matters here. */
interface Parameters {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly beside: string | null;
}

/**
 * Proves that the live state holds what was built from the log. Nothing was lost by the exchange: a
 * state holds nothing that its log does not tell, and what was replaced is in quarantine.
 */
export async function proveBuilt(
  recovery: RecoveryContext,
  context: StepContext<Parameters>,
  { receipt }: BuiltReceipt,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options, beside } = context.parameters;
  await using live = await recovery.openStore(store, driver, options);
  {
    await using image = await live.capture({ exclusive: false }, signal);
    const found = await proveStore({ receipt, trees: [] }, image, signal);
    await judge(context, { live, image, found }, signal);
  }
  if (beside !== null) {
    await using copy = await recovery.openStoreAt(store, driver, options, beside);
    await copy.discard(signal);
  }
  for (const { folder, files } of quarantinesIn(outputsOf(store, context))) {
    if (files.length === 0) await recovery.disk.removeFolder(folder); // there was no state before
  }
  return {};
}

interface Found {
  readonly live: Store;
  readonly image: Image;
  readonly found: StoreProof;
}

/** Whoever follows the log may have applied newer events since: that is what it is there for. */
async function judge(
  context: StepContext<Parameters>,
  { live, found: { proof, complaints } }: Found,
  signal: AbortSignal,
): Promise<void> {
  const { address } = live.identity;
  const [complaint] = complaints;
  const isFollowed = async () => (await live.users(signal)).processes.length > 0;
  if (complaint === undefined && !proof.equal && (await isFollowed())) {
    await context.note("newer events were applied to the state since the exchange");
    await context.record({ live: proofJson(proof) });
    return;
  }
  await context.record({ proof: proofJson(proof) });
  if (complaint === undefined && proof.equal) return;
  const problem =
    complaint === undefined
      ? `${address} does not hold what was built from the log`
      : `the engine finds ${address} damaged: ${complaint}`;
  throw new SalvorError("PROOF_UNEQUAL", problem, {
    hint: 'Check the disk (dmesg, smartctl), then run "salvor resume".',
  });
}
