import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepContext } from "../../plans/types.ts";
import type { Proof } from "../../receipts/proof.ts";
import type { Amended } from "../../stores/types.ts";
import type { RecoveryContext } from "../context.ts";
import { EventCopies } from "../mend-events.ts";
import { proveMerge, type MergeSource } from "../prove-merge.ts";
import { proofJson } from "../prove-store.ts";
import { amendedIn } from "./put-back-rows.ts";
import { quarantinesIn } from "./quarantine-json.ts";

/** The step that merged an event log with its snapshots; null when none did. */
export const logField = { log: z.object({ step: z.string() }).nullable().default(null) };

/** A step that proves what became of an event log. */
export type MergedContext = StepContext<{
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
}>;

/**
 * Proves that the live log has every event of the newest snapshot that it was merged with, but for
 * those that rotation took away, and every whole event that it had itself.
 */
export async function verifyMerged(
  recovery: RecoveryContext,
  context: MergedContext,
  step: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { store, driver, options } = context.parameters;
  const output = context.outputs.get(step) ?? {};
  const [amended, snapshot] = [amendedIn(output), newestOf(output)];
  const quarantine = quarantinesIn([output]).at(-1);
  if (amended === null || snapshot === null || quarantine === undefined) throw untold(store);
  await using held = new AsyncDisposableStack();
  const copies = held.use(new EventCopies(recovery, context.parameters));
  await copies.take({ id: snapshot, name: snapshot }, context.note, signal);
  const sources: MergeSource[] = [];
  const hold = async (address: string, collections: Amended["collections"]): Promise<void> => {
    const copy = held.use(await recovery.openStoreAt(store, driver, options, address));
    const image = held.use(await copy.capture({ exclusive: false, frozen: true }, signal));
    sources.push({ image, sealed: await image.seal({ portable: false }, signal), collections });
  };
  // What rotation took away is missed by nobody: it stays away as what was erased on purpose does.
  const rotated = amended.events?.rotated ?? 0;
  const but = { refusedTotal: rotated, forgotten: rotated };
  for (const address of copies.addresses)
    await hold(
      address,
      amended.collections.map((each) => ({ ...each, ...but })),
    );
  await hold(quarantine.address, amended.collections);
  await using live = await recovery.openStore(store, driver, options);
  const image = held.use(await live.capture({ exclusive: false }, signal));
  const [before] = sources;
  if (before === undefined) throw untold(store);
  const found = await proveMerge({ store, before: before.sealed, sources, live: image }, signal);
  const proof = { ...found.proof, origins: originsOf(found.proof, amended) };
  await context.record({ proof: proofJson(proof) });
  const [complaint] = found.complaints;
  // What stays damaged on purpose is no surprise; the next look finds it again.
  if (proof.equal && (complaint === undefined || (amended.events?.left ?? 0) > 0)) return {};
  const why = complaint ?? "events that it had, or that the snapshot has, are not in it";
  throw new SalvorError("PROOF_UNEQUAL", `${live.identity.address} is not mended: ${why}`, {
    hint: 'Stop what writes to it, then run "salvor resume", or "salvor recover" again.',
  });
}

function newestOf({ snapshots }: JsonObject): string | null {
  const [newest] = Array.isArray(snapshots) ? snapshots : [];
  return typeof newest === "string" ? newest : null;
}

function originsOf({ collections }: Proof, { events }: Amended): Proof["origins"] {
  const count = collections.find(({ name }) => name === "events")?.actual?.count ?? 0;
  const { restored = 0, newer = 0, rescued = 0, lossesTotal: lost = 0 } = events ?? {};
  const unchanged = Math.max(0, count - restored - newer - rescued);
  return { unchanged, repaired: rescued, restored, salvaged: 0, newer, lost };
}

function untold(store: string): SalvorError {
  return new SalvorError(
    "PLAN_INVALID",
    `nothing tells what the events of ${store} were mended with`,
    {
      hint: "This is a fault of Salvor's own; please report the plan.",
    },
  );
}
