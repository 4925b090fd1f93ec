import { join } from "node:path";

import { listFindings, resolveFindings } from "../checks/findings.ts";
import type { Finding } from "../checks/types.ts";
import { SalvorError } from "../core/errors.ts";
import { shortId } from "../core/text.ts";
import { chooseRemedy } from "../recovery/choose-remedy.ts";
import { planRecover, type RecoverRequest } from "../recovery/plan-recover.ts";
import { previewRemedy } from "../recovery/preview-remedy.ts";
import type { Remedy } from "../recovery/remedies.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Amended } from "../stores/types.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import { performPlan } from "./perform-plan.ts";
import { recoveryContext } from "./recovery-context.ts";
import { driverNamed, type Session } from "./session.ts";
import type { ChangeOptions } from "./types.ts";
import type { RunDocument } from "./run-document.ts";

/** What is to be done about a store. */
export interface StoreRemedy {
  readonly store: string;
  readonly remedy: Remedy;
}

/** Chooses the least that mends each store, from its open findings and its snapshots. */
export async function chooseRemedies(
  session: Session,
  names: readonly string[],
  from: Snapshot | null,
  signal: AbortSignal,
): Promise<readonly StoreRemedy[]> {
  const snapshots = await knownSnapshots(session, signal);
  const open = listFindings(await session.state(), { stores: names, status: ["open"] });
  return names.map((store) => {
    const remedy = chooseRemedy({
      store,
      findings: open.filter((each) => each.store === store),
      snapshots: snapshots.filter((each) => each.store === store),
      expect: session.storeConfig(store).expect,
      from,
    });
    return { store, remedy };
  });
}

/** Those that can be carried out. */
export function feasible(remedies: readonly StoreRemedy[]): readonly StoreRemedy[] {
  return remedies.filter(({ remedy: { kind } }) => kind !== "nothing" && kind !== "impossible");
}

/** Plans what was chosen, asks where that is needed, carries it out, and settles the findings. */
export async function mend(
  session: Session,
  remedies: readonly StoreRemedy[],
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const id = session.world.newId("recover");
  const requests = feasible(remedies).map((each) => requestFor(session, each, id, options));
  const plan = planRecover(requests, id);
  // Whom nothing is done to need not be asked.
  const isIdle = plan.steps.length === 0;
  const run = await performPlan(
    session,
    plan,
    isIdle ? { ...options, yes: true } : options,
    signal,
  );
  if (run.status === "planned")
    return { ...run, amended: await preview(session, requests, signal) };
  if (run.status === "succeeded") await settle(session, requests, run);
  return run;
}

/** What a dry run can tell only after a look: keys, refusals, triggers that would fire. */
async function preview(
  session: Session,
  requests: readonly RecoverRequest[],
  signal: AbortSignal,
): Promise<readonly Amended[]> {
  const recovery = recoveryContext(session);
  const found = [];
  for (const request of requests) found.push(await previewRemedy(recovery, request, signal));
  return found.flat();
}

function requestFor(
  session: Session,
  { store, remedy }: StoreRemedy,
  id: string,
  { yes = false }: ChangeOptions,
): RecoverRequest {
  const { driver, options } = session.storeConfig(store);
  return {
    store,
    driver,
    options,
    remedy,
    repository: null,
    live: driverNamed(driver).addressOf(options),
    quarantine: join(session.requireConfig().state, "quarantine", store, id),
    unseen: yes,
  };
}

/**
 * A store whose proof against its snapshot is equal, byte for byte and by the engine's own check, has
 * no physical damage left: no page needs to be read again to know it.
 */
async function settle(
  session: Session,
  requests: readonly RecoverRequest[],
  run: RunDocument,
): Promise<void> {
  const restored = requests
    .filter(({ remedy }) => remedy.kind === "restore")
    .map(({ store }) => store)
    .filter((store) => run.proofs.some((proof) => proof.store === store && proof.equal));
  const state = await session.state();
  const ids = listFindings(state, { stores: restored, status: ["open", "acknowledged"] })
    .filter(isPhysical)
    .map(({ id }) => id);
  const notes = `mended by ${run.id}: the proof against the snapshot is equal`;
  await resolveFindings(state, session.world, { ids, notes });
}

function isPhysical({ category, seenBy }: Finding): boolean {
  return category === "corruption" || seenBy.every((kind) => kind === "scan");
}

/** What keeps a recovery from being complete, for the person who waits for it. */
export function refuseImpossible(remedies: readonly StoreRemedy[]): void {
  if (feasible(remedies).length > 0) return;
  for (const { store, remedy } of remedies) {
    if (remedy.kind !== "impossible") continue;
    throw new SalvorError("REFUSED", `${store}: ${remedy.sentence}`, { hint: remedy.hint });
  }
}

/** `recover shop: restore snapshot 3f9a… of …`. */
export function remedySentence({ store, remedy }: StoreRemedy): string {
  const left = remedy.unmended.map(({ id }) => shortId(id)).join(", ");
  return `${store}: ${remedy.sentence}${left === "" ? "" : ` (left to a person: ${left})`}`;
}
