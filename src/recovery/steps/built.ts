import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Receipt } from "../../receipts/types.ts";

/** The receipt of what a step has built from a log, for those that follow. */
export interface BuiltReceipt {
  readonly receipt: Receipt;
}

/** A receipt as a step's output holds it. Every field of it is JSON. */
export function builtJson(address: string, receipt: Receipt): JsonObject {
  return { address, chosenDigest: receipt.digest, receipt: receipt as unknown as Json };
}

/** The receipt of what was built at an address; null where that came from elsewhere. */
export function builtIn(outputs: readonly JsonObject[], address: string): BuiltReceipt | null {
  const found = outputs.findLast((each) => each["address"] === address && "receipt" in each);
  const receipt = found?.["receipt"];
  // Written by `builtJson` of the same program; the journal is ours.
  return isJsonObject(receipt) ? { receipt: receipt as unknown as Receipt } : null;
}
