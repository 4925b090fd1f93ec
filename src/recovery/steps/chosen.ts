import type { Digest } from "../../core/hash.ts";
import type { Json, JsonObject } from "../../core/json.ts";

/** The snapshot that a step has settled on, for those that follow. */
export interface Chosen {
  /** Of the store that was built from it. */
  readonly address: string;
  readonly snapshot: string;
  /** Digest of its receipt; null as long as nobody has read it. */
  readonly digest: Digest | null;
  /** The engine has found it sound, and it had the very bytes of the snapshot. */
  readonly sameBytes: boolean;
}

/** A choice as a step's output holds it. */
export function chosenJson({ address, snapshot, digest, sameBytes }: Chosen): JsonObject {
  return { address, chosen: snapshot, chosenDigest: digest, sameBytes };
}

/** What the steps have settled on last for what stands at an address; null where none had a choice. */
export function chosenIn(outputs: readonly JsonObject[], address: string): Chosen | null {
  const found = outputs.findLast((each) => each["address"] === address && text(each["chosen"]));
  const snapshot = text(found?.["chosen"]);
  if (snapshot === null) return null;
  const digest = text(found?.["chosenDigest"]) as Digest | null;
  return { address, snapshot, digest, sameBytes: found?.["sameBytes"] === true };
}

/** The receipt's digest of what stands at an address, wherever that came from; null before it is known. */
export function digestIn(outputs: readonly JsonObject[], address: string): Digest | null {
  const found = outputs.findLast((each) => each["address"] === address && "chosenDigest" in each);
  return text(found?.["chosenDigest"]) as Digest | null;
}

function text(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}
