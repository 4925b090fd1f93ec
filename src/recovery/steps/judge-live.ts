import { SalvorError } from "../../core/errors.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Store } from "../../stores/types.ts";
import { proofJson, type StoreProof } from "../prove-store.ts";

/** What is said of a live store that does not hold what it should. */
export interface LiveWords {
  /** Where programs have written to it since. */
  readonly newer: string;
  /** Behind its address, where nobody has. */
  readonly unequal: string;
}

/**
 * Programs that stayed connected may have committed since the exchange: then the live store is newer
 * than the receipt and sound, and the proof of what was exchanged stands. Anything else that is
 * unequal has failed.
 *
 * @throws {SalvorError} PROOF_UNEQUAL
 */
export async function judgeLive(
  context: Pick<StepContext<unknown>, "note" | "record">,
  live: Store,
  { proof, complaints }: StoreProof,
  words: LiveWords,
  signal: AbortSignal,
): Promise<void> {
  const { address } = live.identity;
  const [complaint] = complaints;
  if (complaint === undefined && !proof.equal && (await isUsed(live, signal))) {
    await context.note(words.newer);
    await context.record({ live: proofJson(proof) });
    return;
  }
  await context.record({ proof: proofJson(proof) });
  if (complaint === undefined && proof.equal) return;
  const problem =
    complaint === undefined
      ? `${address} ${words.unequal}`
      : `the engine finds ${address} damaged: ${complaint}`;
  throw new SalvorError("PROOF_UNEQUAL", problem, {
    hint: 'Check the disk (dmesg, smartctl), then run "salvor resume".',
  });
}

async function isUsed(live: Store, signal: AbortSignal): Promise<boolean> {
  return (await live.users(signal)).processes.length > 0;
}
