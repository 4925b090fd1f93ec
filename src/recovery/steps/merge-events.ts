import { join } from "node:path";

import * as z from "zod";

import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import { EventQuarantine } from "../../stores/event-quarantine.ts";
import type { Amended } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { lossJson } from "../losses.ts";
import { damagedEventsFile, eventLosses, mendEvents } from "../mend-events.ts";
import { storeFields } from "./parameters.ts";
import { quarantineJson, quarantinesIn } from "./quarantine-json.ts";

/** What merging an event log with its snapshots must be told. */
export const mergeEventsParameters = z.object({
  ...storeFields,
  repository: z.string().nullable(),
  /** Folder that receives the log as it was. */
  folder: z.string(),
  /** What is lost leaves the log; else it stays where it is. */
  takeOut: z.boolean(),
  /** Go on although it cannot be seen who writes to it. */
  unseen: z.boolean(),
  /** Snapshots to ask for whole events, newest first. */
  candidates: z.array(z.object({ id: z.string(), name: z.string() })).min(1),
});

type Context = StepContext<z.output<typeof mergeEventsParameters>>;

/** Mends a log; killed at any moment and run again, it first ends what it began. */
export async function mergeEvents(
  recovery: RecoveryContext,
  context: Context,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, folder } = context.parameters;
  const request = { ...context.parameters, quarantine: folder, dryRun: false };
  const { amended, snapshots } = await mendEvents(recovery, request, context.note, signal);
  await keepDamaged(recovery, store, folder, amended);
  const { quarantine = null, ...told } = amended;
  return {
    // Every field of it is JSON; the type says so field by field only.
    amended: told as unknown as JsonObject,
    losses: eventLosses(store, amended).map(lossJson),
    snapshots: [...snapshots],
    ...(quarantine !== null && { quarantine: quarantineJson(quarantine) }),
  };
}

/** The log becomes what it was; what was appended since stays in a quarantine of its own. */
export async function unmergeEvents(
  recovery: RecoveryContext,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  const { store, driver, options, folder, unseen } = context.parameters;
  const before = quarantinesIn([context.recorded]).at(-1);
  if (before === undefined) return;
  await using live = await recovery.openStore(store, driver, options);
  const since = join(folder, `since-${context.world.newId("q")}`);
  await live.quarantine(since, signal);
  await context.note(`what was appended after the merge is kept in ${since}`);
  await live.putBack(before, { unseen }, signal);
}

/** What is damaged for good is kept where a rebuild keeps what it could not apply. */
async function keepDamaged(
  { disk }: RecoveryContext,
  store: string,
  folder: string,
  { events }: Amended,
): Promise<void> {
  const file = new EventQuarantine(disk, damagedEventsFile(folder, store));
  const damaged = (events?.losses ?? []).filter(({ fault }) => fault !== "gap");
  await file.keep(
    damaged.map(({ bytes, ...each }) => ({
      ...each,
      bytes: Buffer.from(bytes, "base64"),
      id: null,
    })),
  );
}
