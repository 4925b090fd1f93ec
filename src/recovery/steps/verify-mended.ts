import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Receipt } from "../../receipts/types.ts";
import type { RecoveryContext } from "../context.ts";
import { proveMended } from "../prove-mended.ts";
import { proofJson } from "../prove-store.ts";
import { beforeIn } from "./backup.ts";
import { outputsOf } from "./quarantine-json.ts";

const mended = z.object({ folder: z.string(), takeOut: z.boolean() });

/** Where the work on documents is kept; null when none were mended. */
export const mendedField = { mended: mended.nullable().default(null) };

/** A step that proves what became of documents. */
export type MendedContext = StepContext<{
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
}>;

/** Looks at the live store once more, and holds it to what the work has told. */
export async function verifyMended(
  recovery: RecoveryContext,
  context: MendedContext,
  { folder: quarantine, takeOut }: z.output<typeof mended>,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options } = context.parameters;
  const before = await receiptBefore(recovery, context, signal);
  await using live = await recovery.openStore(store, driver, options);
  const hidden = recovery.hidden?.(store) ?? [];
  const look = { sources: [], quarantine, takeOut, hidden, forget: [], rules: [], dryRun: true };
  const { mended: told } = await live.amend({ kind: "mend-documents", ...look }, signal);
  await using image = await live.capture({ exclusive: false }, signal);
  if (told === undefined) throw unproven(live.identity.address, "nothing tells what was mended");
  const { proof, complaints } = await proveMended(
    { store, before, mended: told, live: image },
    signal,
  );
  await context.record({ proof: proofJson(proof) });
  if (proof.equal) return {};
  throw unproven(
    live.identity.address,
    complaints[0] ?? `${told.pending} of its files are not as they should be`,
  );
}

function unproven(address: string, why: string): SalvorError {
  return new SalvorError("PROOF_UNEQUAL", `${address} is not mended: ${why}`, {
    hint: 'Stop what writes to it, then run "salvor resume", or "salvor recover" again.',
  });
}

/** Null when the store could not be backed up as it was. */
async function receiptBefore(
  recovery: RecoveryContext,
  context: MendedContext,
  signal: AbortSignal,
): Promise<Receipt | null> {
  const { store, repository } = context.parameters;
  const snapshot = beforeIn(outputsOf(store, context));
  if (snapshot === null) return null;
  return (await (await recovery.repository(repository, signal)).sealed(snapshot, signal)).receipt;
}
