import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";
import { buildFirst, discard } from "./build-beside.ts";
import { fallbackField, snapshotFields, storeFields, wantedField } from "./parameters.ts";

const parameters = z.object({
  ...storeFields,
  ...snapshotFields,
  ...fallbackField,
  ...wantedField,
  address: z.string(),
});

/** Builds the store of a snapshot at an address that nothing has yet. */
export function restoreBeside(recovery: RecoveryContext) {
  return defineStep({
    name: "restore-beside",
    summary: "Build a store from a snapshot beside the live one",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    // A restore names its result last: under that name lies all of it, or nothing.
    done: async ({ parameters: { address }, recorded }) =>
      recorded["building"] === address && (await recovery.disk.stat(address)) !== null,
    run: async (context, signal) => {
      const { address, snapshot, fallbacks } = context.parameters;
      await refuseTaken(recovery, address, context.recorded["building"] === address);
      await buildFirst(recovery, context, [snapshot, ...fallbacks], signal);
      return { address };
    },
    undo: async ({ parameters: given, recorded }, signal) => {
      if (recorded["building"] !== given.address) return; // somebody else's: we only looked
      await discard(recovery, given, signal);
    },
  });
}

/** Before anything is recorded: an undo must never take for ours what was there before. */
async function refuseTaken(
  { disk }: RecoveryContext,
  address: string,
  isOurs: boolean,
): Promise<void> {
  if (isOurs || (await disk.stat(address)) === null) return;
  throw new SalvorError("NOT_EMPTY", `${address} exists already`, {
    hint: "Name a path that does not exist yet.",
  });
}
