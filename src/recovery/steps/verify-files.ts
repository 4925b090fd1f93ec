import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Proof } from "../../receipts/proof.ts";
import type { Store } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { proveFiles } from "../prove-files.ts";
import { proofJson } from "../prove-store.ts";
import { discard } from "./build-beside.ts";
import { wantedField } from "./parameters.ts";
import { amendedIn } from "./put-back-rows.ts";

/** Files that went back into the live store, by the step of this id. */
export const filesField = {
  files: z
    .object({ step: z.string(), ...wantedField })
    .nullable()
    .default(null),
};

/** A live store that files went back into. */
export interface FilesParameters {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
  readonly snapshot: string | null;
  /** The copy that they came from. */
  readonly beside: string | null;
}

type Context = Pick<StepContext<FilesParameters>, "note" | "outputs" | "parameters" | "record">;

/** Reads each of these files from the live tree again, and compares it with its sealed row. */
export async function verifyFiles(
  recovery: RecoveryContext,
  context: Context,
  { step, wanted }: NonNullable<z.output<typeof filesField.files>>,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options, snapshot, beside } = context.parameters;
  const repository = await recovery.repository(context.parameters.repository, signal);
  const sealed = await repository.sealed(snapshot ?? "", signal);
  const content = await repository.content(snapshot ?? "", signal);
  await using live = await recovery.openStore(store, driver, options);
  const compared = await live.compareFiles(content, { ...wanted, exact: false }, signal);
  const amended = amendedIn(context.outputs.get(step));
  const proof = proveFiles({ store, sealed, compared, basis: "merge", amended });
  await judge(context, live, proof, signal);
  if (beside !== null) await discard(recovery, { ...context.parameters, address: beside }, signal);
  return {};
}

/** What a program that uses the tree has written since is newer, and no fault of what came back. */
async function judge(
  { record, note }: Context,
  live: Store,
  proof: Proof,
  signal: AbortSignal,
): Promise<void> {
  const isUsed = !proof.equal && (await live.users(signal)).processes.length > 0;
  if (isUsed) await note("programs have written to the live store since files went back");
  await record(isUsed ? { live: proofJson(proof) } : { proof: proofJson(proof) });
  if (isUsed || proof.equal) return;
  const message = `${live.identity.address} does not hold what the receipt says`;
  throw new SalvorError("PROOF_UNEQUAL", message, {
    hint: 'See which files differ ("salvor runs <run> --json"), then run "salvor resume".',
  });
}
