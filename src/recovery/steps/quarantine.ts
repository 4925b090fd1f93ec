import * as z from "zod";

import type { JsonObject } from "../../core/json.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";
import { isDamaged } from "./build-beside.ts";
import { storeFields } from "./parameters.ts";
import { quarantineJson } from "./quarantine-json.ts";

const parameters = z.object({
  ...storeFields,
  repository: z.string().nullable(),
  /** The one that takes the live state's place; null when that comes from no snapshot. */
  snapshot: z.string().nullable(),
  folder: z.string(),
});

/** Copies the live state, damaged or not, to where it is kept. It is never undone: copies stay. */
export function quarantine(recovery: RecoveryContext) {
  return defineStep({
    name: "quarantine",
    summary: "Put a copy of the live state aside, byte by byte",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async ({ parameters: given }, signal) => {
      const { store, driver, options, folder, repository, snapshot } = given;
      const description = await descriptionOf(recovery, { repository, snapshot }, signal);
      await using live = await recovery.openStore(store, driver, options);
      const moved = description === null ? null : await live.hasMoved(description, signal);
      return { moved, quarantine: quarantineJson(await live.quarantine(folder, signal)) };
    },
  });
}

/** Null when the snapshot is damaged: an older one may take its place, and is not asked for. */
async function descriptionOf(
  recovery: RecoveryContext,
  from: { readonly repository: string | null; readonly snapshot: string | null },
  signal: AbortSignal,
): Promise<JsonObject | null> {
  if (from.snapshot === null) return null;
  const repository = await recovery.repository(from.repository, signal);
  try {
    return (await repository.content(from.snapshot, signal)).description;
  } catch (error) {
    if (isDamaged(error)) return null;
    throw error;
  }
}
