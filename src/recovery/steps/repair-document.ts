import * as z from "zod";

import type { JsonObject } from "../../core/json.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { Amended } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { lossJson } from "../losses.ts";
import { mendDocuments, mendLosses } from "../mend-documents.ts";
import { storeFields } from "./parameters.ts";

const candidates = z.array(z.object({ id: z.string(), name: z.string() }));

const parameters = z.object({
  ...storeFields,
  repository: z.string().nullable(),
  /** Folder that keeps what is replaced, beside what it became. */
  folder: z.string(),
  /** What is lost leaves the store; else it stays as it lies there. */
  takeOut: z.boolean(),
  /** Snapshots to ask for good versions, newest first. */
  candidates,
  /** Collections that lack documents, and snapshots that have them. */
  back: z.array(z.object({ collections: z.array(z.string()), candidates })),
});

/**
 * Mends a store of documents, one by one. Killed at any moment and run again, it first finishes what
 * lies ready in its folder; what somebody writes meanwhile is never overwritten.
 */
export function repairDocument(recovery: RecoveryContext) {
  return defineStep({
    name: "repair-document",
    summary: "Repair documents in place, or bring back their last good version, one by one",
    parameters,
    limits: { attempts: 5, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async ({ parameters: given, note }, signal) => {
      const request = { ...given, quarantine: given.folder, dryRun: false };
      return outputOf(given, await mendDocuments(recovery, request, note, signal));
    },
    undo: async ({ parameters: { store, driver, options, folder }, note }, signal) => {
      await using live = await recovery.openStore(store, driver, options);
      const quarantine = folder;
      const { touched } = await live.amend({ kind: "unmend-documents", quarantine }, signal);
      for (const path of touched.slice(0, NOTED_MAX))
        await note(`${path} was written to since, and stays as it is`);
    },
  });
}

const NOTED_MAX = 10;

function outputOf(
  { store, folder }: { readonly store: string; readonly folder: string },
  amended: Amended,
): JsonObject {
  return {
    // Every field of it is JSON; the type says so field by field only.
    amended: amended as unknown as JsonObject,
    losses: mendLosses(store, amended).map(lossJson),
    ...(amended.mended?.file !== null && { quarantine: { folder } }),
  };
}
