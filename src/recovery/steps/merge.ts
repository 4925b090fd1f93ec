import * as z from "zod";

import type { Json, JsonObject } from "../../core/json.ts";
import type { Loss } from "../../core/loss.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Amended } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { lossJson } from "../losses.ts";
import { refusalLosses } from "../put-back.ts";
import { mergeEvents, mergeEventsParameters, unmergeEvents } from "./merge-events.ts";
import { storeFields, wantedField } from "./parameters.ts";
import { amendedIn } from "./put-back-rows.ts";

const filesParameters = z.object({
  ...storeFields,
  ...wantedField,
  /** Address of the restored copy that has the files. */
  address: z.string(),
  /** Folder that receives what is replaced. */
  folder: z.string(),
  /** Go on although it cannot be seen who has it open. */
  unseen: z.boolean(),
});

const parameters = z.union([mergeEventsParameters, filesParameters]);

type Context = StepContext<z.output<typeof filesParameters>>;

/**
 * Puts back what snapshots have and the live store has not, and leaves all else: files of a tree, one
 * by one, or events of a log. What they replace goes to quarantine first.
 */
export function merge(recovery: RecoveryContext) {
  return defineStep({
    name: "merge",
    summary: "Put files or events back one by one, and leave all others as they are",
    parameters,
    limits: { attempts: 5, timeoutMs: 24 * 60 * 60 * 1000 },
    // Done again it finds nothing to do: what it must tell then is recorded before.
    run: async ({ parameters: given, ...rest }, signal) => {
      if ("candidates" in given)
        return await mergeEvents(recovery, { ...rest, parameters: given }, signal);
      const context: Context = { ...rest, parameters: given };
      const known = amendedIn(context.recorded);
      const planned = known ?? (await amend(recovery, context, true, signal));
      if (known === null) await context.record(outputOf(context, planned));
      const done = await amend(recovery, context, false, signal);
      return outputOf(context, joined(planned, done));
    },
    undo: async ({ parameters: given, ...rest }, signal) => {
      if ("candidates" in given)
        return await unmergeEvents(recovery, { ...rest, parameters: given }, signal);
      const { folder } = given;
      // Somebody may use by now what came back.
      await rest.note(`files that are back stay; what they replaced is kept in ${folder}`);
    },
  });
}

async function amend(
  recovery: RecoveryContext,
  { parameters: given }: Context,
  dryRun: boolean,
  signal: AbortSignal,
): Promise<Amended> {
  const { store, driver, options, address, folder, unseen } = given;
  const wanted = given.wanted ?? {};
  await using live = await recovery.openStore(store, driver, options);
  return await live.amend(
    { kind: "put-back-files", source: address, quarantine: folder, wanted, unseen, dryRun },
    signal,
  );
}

/** What was planned, with what has changed since and was put back too. */
function joined(planned: Amended, done: Amended): Amended {
  const [before, after] = [planned.collections[0], done.collections[0]];
  if (before === undefined || after === undefined) return done;
  const known = new Set(before.keys.map((key) => JSON.stringify(key)));
  const more = after.keys.filter((key) => !known.has(JSON.stringify(key)));
  const keys: readonly Json[] = [...before.keys, ...more];
  const replaced = [...new Set([...(planned.replaced ?? []), ...(done.replaced ?? [])])];
  return {
    ...done,
    replaced,
    collections: [{ ...after, keys, back: before.back + more.length }],
  };
}

function outputOf(context: Context, amended: Amended): JsonObject {
  const { store, folder } = context.parameters;
  const replaced = amended.replaced ?? [];
  const [collection] = amended.collections;
  const losses: readonly Loss[] = [
    ...refusalLosses(store, amended),
    ...replaced.map((path) => ({
      store,
      collection: collection?.name ?? null,
      key: { path },
      location: { file: path },
      reason: `what was here after the snapshot is kept in ${folder}`,
    })),
  ];
  return {
    // Every field of it is JSON; the type says so field by field only.
    amended: amended as unknown as JsonObject,
    losses: losses.map(lossJson),
    ...(replaced.length > 0 && { quarantine: { folder } }),
  };
}
