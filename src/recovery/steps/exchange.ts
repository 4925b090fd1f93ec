import { join } from "node:path";

import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Quarantine, Store } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { isRemark } from "../prove-store.ts";
import { digestIn } from "./chosen.ts";
import { storeFields } from "./parameters.ts";
import { outputsOf, quarantineJson, quarantinesIn } from "./quarantine-json.ts";

const parameters = z.object({
  ...storeFields,
  /** Address of the verified store beside. */
  beside: z.string(),
  /** Digest of the receipt that the live store must have afterwards, if no other one was chosen. */
  digest: z.string(),
  /** Folder below which later quarantines go. */
  folder: z.string(),
  /** Go on although it cannot be seen who has the store open. */
  unseen: z.boolean(),
});

type Context = StepContext<z.output<typeof parameters>>;

/** How often a live store may be written to between its quarantine and the exchange. */
const QUARANTINES_MAX = 5;

/** Puts the store beside in the live one's place, after what was committed last is in quarantine. */
export function exchange(recovery: RecoveryContext) {
  return defineStep({
    name: "exchange",
    summary: "Put the verified store in the live one's place, whole or not at all",
    parameters,
    limits: { attempts: 3, timeoutMs: 24 * 60 * 60 * 1000 },
    done: async (context, signal) =>
      (await isExchanged(recovery, context, signal)) && { exchanged: true },
    run: async (context, signal) => {
      const { store, driver, options, unseen } = context.parameters;
      await using live = await recovery.openStore(store, driver, options);
      await using _still = await recovery.holdWriters(store, signal);
      await recovery.refuseForeign?.(store);
      const quarantine = await exchangeNewest(live, context, unseen, signal);
      return { exchanged: true, quarantine: quarantineJson(quarantine) };
    },
    undo: async (context, signal) => {
      const isUntouched = await isExchanged(recovery, context, signal);
      if (!isUntouched && context.recorded["exchanged"] !== true) return;
      const { store, driver, options, unseen } = context.parameters;
      await using live = await recovery.openStore(store, driver, options);
      await using _still = await recovery.holdWriters(store, signal);
      if (!isUntouched) await keepNewer(live, context, signal);
      await live.putBack(knownQuarantine(context), { unseen }, signal);
    },
  });
}

/** What was committed after the exchange would go with the state that is taken back. */
async function keepNewer(live: Store, context: Context, signal: AbortSignal): Promise<void> {
  const folder = join(context.parameters.folder, `since-${context.world.newId("q")}`);
  await live.quarantine(folder, signal);
  await context.note(`what was committed after the exchange is kept in ${folder}`);
}

/** A live store that moved on is put in quarantine again: none of its commits is overwritten. */
async function exchangeNewest(
  live: Store,
  context: Context,
  unseen: boolean,
  signal: AbortSignal,
): Promise<Quarantine> {
  const { beside, folder } = context.parameters;
  let quarantine = knownQuarantine(context);
  for (let taken = 1; ; taken += 1) {
    try {
      await live.exchange(beside, quarantine, { unseen }, signal);
      return quarantine;
    } catch (error) {
      if (!isChanged(error) || taken >= QUARANTINES_MAX) throw error;
    }
    await context.note("the live store was written to meanwhile: it goes to quarantine again");
    quarantine = await live.quarantine(join(folder, `later-${context.world.newId("q")}`), signal);
    await recordLater(context, quarantine);
  }
}

/** What an earlier one holds may be in no later one: an exchange may lie in between. */
async function recordLater(context: Context, quarantine: Quarantine): Promise<void> {
  const earlier = quarantinesIn([context.recorded]).map(quarantineJson);
  await context.record({ moved: true, earlier, quarantine: quarantineJson(quarantine) });
}

function knownQuarantine(context: Context): Quarantine {
  const found = quarantinesIn(outputsOf(context.parameters.store, context)).at(-1);
  if (found !== undefined) return found;
  throw new SalvorError("REFUSED", "nothing was put in quarantine before the exchange", {
    hint: "This is a fault of Salvor's own; please report the plan.",
  });
}

function isChanged(error: unknown): boolean {
  return error instanceof SalvorError && error.code === "STORE_CHANGED";
}

/** After a crash: gone beside means renamed; else the live store itself must tell. */
async function isExchanged(
  recovery: RecoveryContext,
  context: Context,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, driver, options, beside } = context.parameters;
  const digest = digestIn(outputsOf(store, context), beside) ?? context.parameters.digest;
  if ((await recovery.disk.stat(beside)) === null) return true;
  try {
    await using live = await recovery.openStore(store, driver, options);
    await using image = await live.capture({ exclusive: false }, signal);
    const { receipt } = await image.seal({ portable: false }, signal);
    if (receipt.digest !== digest) return false;
    return (await Array.fromAsync(image.check(signal))).every(isRemark);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError) return false; // what cannot be read was not exchanged
    throw error;
  }
}
