import * as z from "zod";

import type { Loss } from "../../core/loss.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { AmendedDoubt } from "../../stores/amended-collection.ts";
import type { RecoveryContext } from "../context.ts";
import { lossJson } from "../losses.ts";
import { storeFields } from "./parameters.ts";

const parameters = z.object({ ...storeFields, indexes: z.array(z.string()).min(1) });

/** Builds indexes anew in the live store. Done twice it does no harm, and undone it need not be. */
export function reindex(recovery: RecoveryContext) {
  return defineStep({
    name: "reindex",
    summary: "Build hurt indexes anew from their tables, in one transaction",
    parameters,
    limits: { attempts: 5, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async ({ parameters: { store, driver, options, indexes } }, signal) => {
      await using live = await recovery.openStore(store, driver, options);
      const { touched, doubts } = await live.amend({ kind: "reindex", indexes }, signal);
      return { reindexed: touched, losses: doubts.map((each) => lossJson(doubtLoss(store, each))) };
    },
  });
}

/** To take the collection's word for it is to lose what the index said. */
function doubtLoss(store: string, { collection, index, key }: AmendedDoubt): Loss {
  const reason =
    `index ${index} held this row otherwise than ${collection}: if it was the row that was ` +
    "altered or lost, what it held stands in older snapshots only";
  return { store, collection, key, location: { table: collection, index }, reason };
}
