import type { Digest } from "../../core/hash.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Receipt } from "../../receipts/types.ts";

/** The receipt of what a step has built from a log, for those that follow. */
export interface BuiltReceipt {
  readonly receipt: Receipt;
  /** Of the bytes that it was sealed from and that the engine found sound; null when not told. */
  readonly bytes: Digest | null;
}

/** A receipt as a step's output holds it. Every field of it is JSON. */
export function builtJson(address: string, { receipt, bytes }: BuiltReceipt): JsonObject {
  return { address, chosenDigest: receipt.digest, receipt: receipt as unknown as Json, bytes };
}

/** The receipt of what was built at an address; null where that came from elsewhere. */
export function builtIn(outputs: readonly JsonObject[], address: string): BuiltReceipt | null {
  const found = outputs.findLast((each) => each["address"] === address && "receipt" in each);
  const receipt = found?.["receipt"];
  // Written by `builtJson` of the same program; the journal is ours.
  if (!isJsonObject(receipt)) return null;
  const bytes = (found?.["bytes"] ?? null) as Digest | null;
  return { receipt: receipt as unknown as Receipt, bytes };
}
