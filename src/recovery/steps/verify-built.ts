import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { RecoveryContext } from "../context.ts";
import type { Image } from "../../stores/types.ts";
import { bytesDigest } from "../bytes-digest.ts";
import { proveSame, proveStore, type StoreProof } from "../prove-store.ts";
import type { BuiltReceipt } from "./built.ts";
import { judgeLive } from "./judge-live.ts";
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
  built: BuiltReceipt,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options, beside } = context.parameters;
  await using live = await recovery.openStore(store, driver, options);
  {
    await using image = await live.capture({ exclusive: false }, signal);
    const found = await proofOf(built, image, signal);
    await judgeLive(context, live, found, WORDS, signal);
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

/**
 * What has every byte that was decoded, and checked by the engine, before the exchange need not be
 * decoded and checked again: reading these bytes back proves it.
 */
async function proofOf(
  { receipt, bytes }: BuiltReceipt,
  image: Image,
  signal: AbortSignal,
): Promise<StoreProof> {
  const sealed = { receipt, trees: [] };
  const isSame = bytes !== null && (await bytesDigest(image, signal)) === bytes;
  return isSame ? proveSame(sealed, image, signal) : proveStore(sealed, image, signal);
}

/** Whoever follows the log may have applied newer events since: that is what it is there for. */
const WORDS = {
  newer: "newer events were applied to the state since the exchange",
  unequal: "does not hold what was built from the log",
};
