import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";
import { snapshotFields, storeFields } from "./parameters.ts";

const parameters = z.object({ ...storeFields, ...snapshotFields, address: z.string() });

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
    run: async ({ parameters: given, record, recorded }, signal) => {
      const { store, driver, options, address, repository, snapshot } = given;
      await refuseTaken(recovery, address, recorded["building"] === address);
      await record({ building: address });
      const opened = await recovery.repository(repository, signal);
      const content = await opened.content(snapshot, signal);
      await using target = await recovery.openStoreAt(store, driver, options, address);
      try {
        await target.restore(content, signal);
      } catch (error) {
        // Something of somebody else's is in the way: an undo must not take it for ours.
        if (error instanceof SalvorError && error.code === "NOT_EMPTY") {
          await record({ building: null });
        }
        throw error;
      }
      return { address };
    },
    undo: async ({ parameters: { store, driver, options, address }, recorded }, signal) => {
      if (recorded["building"] !== address) return; // it was somebody else's, and we only looked
      await using target = await recovery.openStoreAt(store, driver, options, address);
      await target.discard(signal);
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
