import * as z from "zod";

import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";
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
      const { touched } = await live.amend({ kind: "reindex", indexes }, signal);
      return { reindexed: touched };
    },
  });
}
