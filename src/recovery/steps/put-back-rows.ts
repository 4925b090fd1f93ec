import * as z from "zod";

import type { JsonObject } from "../../core/json.ts";
import type { Loss } from "../../core/loss.ts";
import { shortId } from "../../core/text.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { Amended } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { lossJson } from "../losses.ts";
import { putBack, refusalLosses } from "../put-back.ts";
import { beforeIn } from "./backup.ts";
import { storeFields } from "./parameters.ts";
import { outputsOf } from "./quarantine-json.ts";

const parameters = z.object({
  ...storeFields,
  /** Address of the restored copy that has the rows. */
  address: z.string(),
  collections: z.array(z.string()).min(1),
});

/** Puts rows back into the live store in one transaction. What is there stays as it is. */
export function putBackRows(recovery: RecoveryContext) {
  return defineStep({
    name: "put-back-rows",
    summary: "Put missing rows back by key, in one transaction, over nothing that is newer",
    parameters,
    limits: { attempts: 5, timeoutMs: 24 * 60 * 60 * 1000 },
    // What a look would not put back any more is there, or was refused.
    done: async ({ parameters: given }, signal) => {
      const amended = await putBack(recovery, { ...given, dryRun: true }, signal);
      const isDone = amended.collections.every(({ back, created }) => back === 0 && !created);
      return isDone && outputOf(given.store, amended);
    },
    run: async ({ parameters: given }, signal) => {
      return outputOf(given.store, await putBack(recovery, { ...given, dryRun: false }, signal));
    },
    undo: async (context) => {
      // To take rows away again could take what hangs on them by now.
      const before = beforeIn(outputsOf(context.parameters.store, context));
      const where = before === null ? "" : `; snapshot ${shortId(before)} holds the state before`;
      await context.note(`rows that are back stay${where}`);
    },
  });
}

function outputOf(store: string, amended: Amended): JsonObject {
  const losses: readonly Loss[] = refusalLosses(store, amended);
  // Every field of it is JSON; the type says so field by field only.
  return { amended: amended as unknown as JsonObject, losses: losses.map(lossJson) };
}

/** What the step has told, as long as the journal is ours. */
export function amendedIn(output: JsonObject | undefined): Amended | null {
  const told = output?.["amended"];
  return told === undefined ? null : (told as unknown as Amended);
}
