import { join } from "node:path";

import type { Amended } from "../stores/types.ts";
import type { RecoveryContext } from "./context.ts";
import { mendDocuments } from "./mend-documents.ts";
import { mendEvents } from "./mend-events.ts";
import { mendMaterial, namedSnapshots, type RecoverRequest } from "./plan-recover.ts";
import { putBack } from "./put-back.ts";
import type { Remedy } from "./remedies.ts";
import { buildFirst, discard } from "./steps/build-beside.ts";

/**
 * What a remedy would put back: keys, refusals, triggers that would fire; nothing for other remedies.
 * Snapshots are restored into scratch space for it, and the live store is only read.
 */
export async function previewRemedy(
  recovery: RecoveryContext,
  request: RecoverRequest,
  signal: AbortSignal,
): Promise<readonly Amended[]> {
  const { remedy, store, driver, options, repository } = request;
  if (remedy.kind === "mend") return [await previewMend(recovery, request, remedy, signal)];
  if (remedy.kind === "merge") {
    const candidates = namedSnapshots(remedy.candidates);
    const { takeOut } = remedy;
    const order = { ...request, candidates, takeOut, dryRun: true };
    return [(await mendEvents(recovery, order, async () => {}, signal)).amended];
  }
  if (remedy.kind !== "put-back") return [];
  const found: Amended[] = [];
  for (const [place, { collections, candidates }] of remedy.sources.entries()) {
    const address = join(await recovery.scratch(), `preview-${store}-${place}`);
    const parameters = { store, driver, options, repository, address };
    const told = { outputs: new Map(), recorded: {} };
    const context = { ...told, parameters, record: async () => {}, note: async () => {} };
    const ids = candidates.map(({ id }) => id);
    try {
      await buildFirst(recovery, context, ids, signal);
      found.push(await putBack(recovery, { ...parameters, collections, dryRun: true }, signal));
    } finally {
      await discard(recovery, parameters, signal);
    }
  }
  return found;
}

/** What would become of each document; nothing of it is begun. */
async function previewMend(
  recovery: RecoveryContext,
  request: RecoverRequest,
  remedy: Extract<Remedy, { kind: "mend" }>,
  signal: AbortSignal,
): Promise<Amended> {
  const { takeOut } = remedy;
  const order = { ...request, ...mendMaterial(remedy), takeOut, dryRun: true };
  return await mendDocuments(recovery, order, async () => {}, signal);
}
