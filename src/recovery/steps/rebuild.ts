import { dirname } from "node:path";

import * as z from "zod";

import { makeFolderDurably } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { Loss } from "../../core/loss.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { StepContext } from "../../plans/types.ts";
import { projectionDigest } from "../../projections/digest.ts";
import type { Store } from "../../stores/types.ts";
import { bytesDigest } from "../bytes-digest.ts";
import type { BuildOrder, Built } from "../build-order.ts";
import type { RecoveryContext } from "../context.ts";
import { lossJson } from "../losses.ts";
import { isRemark } from "../prove-store.ts";
import { builtJson, type BuiltReceipt } from "./built.ts";
import { storeFields } from "./parameters.ts";

const onDamaged = z.union([
  z.enum(["stop", "skip"]),
  z.strictObject({ skipBelow: z.int().min(1) }),
]);

const parameters = z.object({
  ...storeFields,
  /** The database that is built, beside where it ends. */
  draft: z.string(),
  /** Where a state of its own goes; null: another step puts it in the live state's place. */
  place: z.string().nullable(),
  fromMs: z.number().nullable(),
  untilMs: z.number().nullable(),
  onDamaged: onDamaged.nullable(),
  batchMax: z.int().min(1).nullable(),
});

type Context = StepContext<z.output<typeof parameters>>;

/**
 * Builds the state of a projection from its log. However often it is killed, it goes on from the last
 * checkpoint in the draft; a draft is no harm, and stays when the rest is undone.
 */
export function rebuild(recovery: RecoveryContext) {
  return defineStep({
    name: "rebuild",
    summary: "Build the state of a projection beside the live one, from its event log",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    done: async ({ parameters: { draft, place }, recorded }) =>
      place !== null &&
      recorded["address"] === place &&
      (await recovery.disk.stat(place)) !== null &&
      (await recovery.disk.stat(draft)) === null,
    run: async (context, signal) => {
      const { draft, place, fromMs } = context.parameters;
      await makeFolderDurably(recovery.disk, dirname(draft));
      if (fromMs !== null) await copyLive(recovery, context, signal);
      const built = await recovery.buildState(orderOf(context), signal);
      const sealed = await sealDraft(recovery, context, signal);
      const output = outputOf(context, built, sealed);
      if (place !== null) await putInPlace(recovery, context, place, output);
      return output;
    },
    undo: async (context, signal) => {
      // A copy of the live state is out of date by the next time; what was built from the log is not.
      if (context.parameters.fromMs === null) return;
      await using draft = await draftOf(recovery, context);
      await draft.discard(signal);
    },
  });
}

function orderOf({ parameters: given, recorded, record, run }: Context): BuildOrder {
  const { store: projection, draft, fromMs, untilMs, batchMax } = given;
  // Written by `keep` of the same program; the journal is ours.
  const skipped = (recorded["losses"] ?? []) as unknown as readonly Loss[];
  return {
    projection,
    draft,
    // What is built from the beginning is the same work, whoever goes on with it.
    build: fromMs === null ? "rebuild" : run,
    fromMs,
    untilMs,
    onDamaged: given.onDamaged,
    batchMax,
    skipped,
    keep: (losses) => record({ losses: losses.map(lossJson) }),
  };
}

function outputOf(
  { parameters: { store: projection, options, draft, place } }: Context,
  { progress, eventsPerSecond, tables, losses }: Built,
  sealed: BuiltReceipt,
): JsonObject {
  const target = place ?? options["path"] ?? null;
  const digest = projectionDigest(sealed.receipt, tables);
  const checkpoint = progress.checkpoint as unknown as Json; // every field of it is JSON
  const result = { projection, target, ...progress, checkpoint, eventsPerSecond, digest };
  const built = builtJson(place ?? draft, sealed);
  return { ...built, tables, result, losses: losses.map(lossJson) };
}

function draftOf(
  recovery: RecoveryContext,
  { parameters: { store, driver, options, draft } }: Context,
): Promise<Store> {
  return recovery.openStoreAt(store, driver, options, draft);
}

/** Under the draft's name lies the copy of one instant, whole, or nothing. */
async function copyLive(
  recovery: RecoveryContext,
  context: Context,
  signal: AbortSignal,
): Promise<void> {
  if (context.recorded["copied"] === true) return;
  const { store, driver, options } = context.parameters;
  await using draft = await draftOf(recovery, context);
  await draft.discard(signal); // of an earlier run: the live state has moved on since
  await using live = await recovery.openStore(store, driver, options);
  await using image = await captureLive(live, store, signal);
  await draft.restore(image, {}, signal);
  await context.record({ copied: true });
}

async function captureLive(live: Store, projection: string, signal: AbortSignal) {
  try {
    return await live.capture({ exclusive: false }, signal);
  } catch (error) {
    const code = error instanceof SalvorError ? error.code : null;
    if (code !== "STORE_MISSING" && code !== "STORE_DAMAGED") throw error;
    const what = code === "STORE_MISSING" ? "is missing" : "cannot be read";
    throw new SalvorError(code, `${live.identity.address} ${what}, and cannot be gone on with`, {
      hint: `Build it from the beginning of the log: salvor rebuild ${projection}`,
      cause: error,
    });
  }
}

/** The receipt of what was built, once the engine finds it sound. */
async function sealDraft(
  recovery: RecoveryContext,
  context: Context,
  signal: AbortSignal,
): Promise<BuiltReceipt> {
  await using draft = await draftOf(recovery, context);
  await using image = await draft.capture({ exclusive: true }, signal);
  const [{ receipt }, seen, bytes] = await Promise.all([
    image.seal({ portable: false }, signal),
    Array.fromAsync(image.check(signal)),
    bytesDigest(image, signal),
  ]);
  const complaint = seen.find((each) => !isRemark(each));
  if (complaint === undefined) return { receipt, bytes };
  const { store, draft: address } = context.parameters;
  throw new SalvorError("STORE_DAMAGED", `${address} was built wrong: ${complaint.description}`, {
    hint: `Check disk and memory (dmesg), remove it with "salvor rebuild ${store} --discard", and build it again.`,
  });
}

/** Named last: under that name lies all of it, or nothing. */
async function putInPlace(
  { disk }: RecoveryContext,
  { parameters: { draft }, record }: Context,
  place: string,
  output: JsonObject,
): Promise<void> {
  if ((await disk.stat(place)) !== null) {
    throw new SalvorError("NOT_EMPTY", `${place} exists already`, {
      hint: "Name a path that does not exist yet.",
    });
  }
  await record(output);
  await disk.rename(draft, place);
  await disk.syncFolder(dirname(place));
}
