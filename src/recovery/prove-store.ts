import type { Observation } from "../core/finding.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Proof } from "../receipts/proof.ts";
import { showBytes } from "../receipts/show.ts";
import type { SealedReceipt } from "../receipts/types.ts";
import type { Image } from "../stores/types.ts";
import { prove } from "./prove.ts";

/** A proof, and what the engine has to say about the same image. */
export interface StoreProof {
  readonly proof: Proof;
  readonly actual: SealedReceipt;
  readonly complaints: readonly string[];
  /** What the engine could not check; receipt and decoder do not depend on it. */
  readonly unchecked: readonly string[];
}

/** Seals an image, compares it with what is expected, and lets the engine check it meanwhile. */
export async function proveStore(
  expected: SealedReceipt,
  image: Image,
  signal: AbortSignal,
): Promise<StoreProof> {
  const portable = expected.receipt.portable !== null;
  const [actual, seen] = await Promise.all([
    image.seal({ portable }, signal),
    Array.fromAsync(image.check(signal)),
  ]);
  const unchecked = seen.filter(isRemark).map(({ description }) => description);
  const complaints = seen.filter((each) => !isRemark(each)).map(({ description }) => description);
  const isSound = complaints.length === 0;
  const isEqual = expected.receipt.digest === actual.receipt.digest;
  // What was read while it changed is of no one instant, however well it came back.
  const isComplete = isEqual && expected.receipt.consistency !== "smeared";
  const proof = await prove(
    { sealed: expected, image: null },
    { sealed: actual, image },
    {
      store: expected.receipt.store,
      level: isSound ? (isComplete ? "complete" : "restorable") : "stored",
      openFile: null,
      showKey: (collection, key) => shownOrBytes(image, collection, key),
    },
    signal,
  );
  return { proof, actual, complaints, unchecked };
}

/** The proof of an image that has every byte which the receipt was sealed from, in a sound store. */
export async function proveSame(
  sealed: SealedReceipt,
  image: Image,
  signal: AbortSignal,
): Promise<StoreProof> {
  const { store } = sealed.receipt;
  const showKey = (collection: string, key: Uint8Array): Json =>
    shownOrBytes(image, collection, key);
  const terms = { store, level: "complete", openFile: null, showKey } as const;
  const proof = await prove({ sealed, image: null }, { sealed, image }, terms, signal);
  return { proof, actual: sealed, complaints: [], unchecked: [] };
}

/** What an engine says of itself, and not of the store. */
export function isRemark({ severity }: Observation): boolean {
  return severity === "info";
}

/** A collection that only the receipt has cannot name its columns. */
function shownOrBytes(image: Image, collection: string, key: Uint8Array): Json {
  try {
    return image.showKey(collection, key);
  } catch {
    return showBytes(key);
  }
}

/** Every field of a proof is JSON; the type says so field by field only. */
export function proofJson(proof: Proof): JsonObject {
  return proof as unknown as JsonObject;
}
