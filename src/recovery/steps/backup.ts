import * as z from "zod";

import { shortId } from "../../core/text.ts";
import type { JsonObject } from "../../core/json.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";

const parameters = z.object({ store: z.string() });

/** Keeps the live store as it is before it is changed. A second time after a crash does no harm. */
export function backup(recovery: RecoveryContext) {
  return defineStep({
    name: "backup",
    summary: "Back the live store up before it is changed",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async ({ parameters: { store }, note }, signal) => {
      const { snapshot } = await recovery.backUp(store, signal);
      await note(`snapshot ${shortId(snapshot)} holds ${store} as it was before`);
      return { before: snapshot };
    },
  });
}

/** The snapshot of a store as it was before the run changed it; null when none was taken. */
export function beforeIn(outputs: readonly JsonObject[]): string | null {
  const found = outputs.map(({ before }) => before).findLast((each) => typeof each === "string");
  return found ?? null;
}
