import { listFindings, resolveFindings } from "../checks/findings.ts";
import type { Finding } from "../checks/types.ts";
import { SalvorError } from "../core/errors.ts";
import { counted } from "../core/text.ts";
import { chooseRemedy, chooseRestore, type RemedyQuestion } from "../recovery/choose-remedy.ts";
import { planRecover, type RecoverRequest } from "../recovery/plan-recover.ts";
import { previewRemedy } from "../recovery/preview-remedy.ts";
import type { Remedy } from "../recovery/remedies.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Amended } from "../stores/types.ts";
import { UNRESOLVED } from "./findings.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import { liveTarget } from "./live-target.ts";
import { hasEnded } from "./look-again.ts";
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
  const findings = listFindings(await session.state(), { stores: names, status: UNRESOLVED });
  return names.map((store) => {
    const question = questionOf(session, store, { findings, snapshots });
    return { store, remedy: chooseRemedy({ ...question, from }) };
  });
}

function questionOf(
  session: Session,
  store: string,
  known: { readonly findings: readonly Finding[]; readonly snapshots: readonly Snapshot[] },
): RemedyQuestion {
  return {
    store,
    findings: known.findings.filter((each) => each.store === store),
    snapshots: known.snapshots.filter((each) => each.store === store),
    expect: session.storeConfig(store).expect,
    amendments: driverNamed(session.storeConfig(store).driver).capabilities.amendments,
    from: null,
  };
}

/** Those that can be carried out. */
export function feasible(remedies: readonly StoreRemedy[]): readonly StoreRemedy[] {
  return remedies.filter(({ remedy: { kind } }) => kind !== "nothing" && kind !== "impossible");
}

/**
 * Plans what was chosen, asks where that is needed, carries it out, and settles the findings. Where
 * the engine could not work on a damaged store, what is left of the work is planned anew, with a
 * restore of that store.
 */
export async function mend(
  session: Session,
  remedies: readonly StoreRemedy[],
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const run = await attempt(session, remedies, options, signal);
  const refusal = refusalIn(run);
  if (refusal === null) return run;
  const asked = { stores: [refusal.store], status: UNRESOLVED };
  const findings = listFindings(await session.state(), asked);
  const snapshots = await knownSnapshots(session, signal);
  const question = questionOf(session, refusal.store, { findings, snapshots });
  const harder = { store: refusal.store, remedy: chooseRestore(question, refusal.message) };
  session.progress.say(remedySentence(harder));
  if (feasible([harder]).length === 0) return run;
  const at = remedies.findIndex(({ store }) => store === refusal.store);
  const mended = feasible(remedies.slice(0, at)).map(({ store }) => store);
  const rest = await mend(session, [harder, ...remedies.slice(at + 1)], options, signal);
  return joined(run, mended, rest);
}

/** The last of two runs, with what the first has done before it was refused. */
function joined(first: RunDocument, mended: readonly string[], last: RunDocument): RunDocument {
  const ofMended = <Told extends { readonly store: string }>(told: readonly Told[]) =>
    told.filter(({ store }) => mended.includes(store));
  return {
    ...last,
    subject: [...mended, ...last.subject],
    losses: [...ofMended(first.losses), ...last.losses],
    proofs: [...ofMended(first.proofs), ...last.proofs],
  };
}

/** The store on which the engine could not do the lesser work, and why. */
function refusalIn({ steps }: RunDocument): { store: string; message: string } | null {
  const failed = steps.find(({ status, action }) => status === "failed" && LESSER.has(action));
  const store = failed?.parameters["store"];
  if (typeof store !== "string" || failed?.error?.code !== "STORE_DAMAGED") return null;
  return { store, message: failed.error.message };
}

const LESSER: ReadonlySet<string> = new Set(["reindex", "put-back-rows"]);

async function attempt(
  session: Session,
  remedies: readonly StoreRemedy[],
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const id = session.world.newId("recover");
  const requests = feasible(remedies).map(({ store, remedy }) => ({
    ...liveTarget(session, store, id, options),
    remedy,
  }));
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
  if (hasEnded(run)) await settle(session, requests, run);
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
  const left = remedy.unmended.length;
  const rest = left === 0 ? "" : ` (${counted(left, "finding")} left to a person)`;
  return `${store}: ${remedy.sentence}${rest}`;
}
