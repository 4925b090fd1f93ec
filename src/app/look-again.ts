import { appendOnlySuspects, supersededPlaces } from "../checks/append-only.ts";
import { baselineOf, type Baseline } from "../checks/baseline.ts";
import { compareCounts } from "../checks/compare-counts.ts";
import { compareMetadata } from "../checks/compare-metadata.ts";
import { compareStructure } from "../checks/compare-structure.ts";
import { listFindings } from "../checks/findings.ts";
import { isDifference } from "../checks/observe.ts";
import { presentIn } from "../checks/present.ts";
import { rememberSeen } from "../checks/remember.ts";
import type { Finding, Seen } from "../checks/types.ts";
import type { Observation } from "../core/finding.ts";
import type { Receipt } from "../receipts/types.ts";
import type { InspectionKind } from "../stores/types.ts";
import type { StoreConfig } from "./config/types.ts";
import { UNRESOLVED } from "./findings.ts";
import { inspectAll } from "./inspect-all.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import type { RunDocument } from "./run-document.ts";
import type { Session } from "./session.ts";

const ALL: readonly InspectionKind[] = ["audit", "integrity", "scan"];

/**
 * After a run: how its stores are now. One that holds exactly what a sealed receipt says, and that
 * the engine has found sound, is judged by that receipt; only what no receipt tells is looked at.
 */
export async function lookAgain(
  session: Session,
  run: RunDocument,
  signal: AbortSignal,
): Promise<void> {
  if (!hasEnded(run)) return;
  for (const store of run.subject) {
    const kinds = await openQuestions(session, store, run, signal);
    if (kinds.length > 0) await inspectAll(session, [store], signal, kinds);
  }
}

/** Of several stores, those before the one that failed are mended. */
export function hasEnded({ status }: RunDocument): boolean {
  return status === "succeeded" || status === "failed";
}

/** The looks that are still needed, after what the receipt tells is remembered. */
async function openQuestions(
  session: Session,
  store: string,
  run: RunDocument,
  signal: AbortSignal,
): Promise<readonly InspectionKind[]> {
  if (!isProven(store, run)) return ALL;
  const config = session.storeConfig(store);
  const snapshots = (await knownSnapshots(session, signal)).filter((each) => each.store === store);
  const digests = run.proofs.filter((each) => each.store === store).map(({ actual }) => actual);
  const held = snapshots.findLast(({ receipt }) => digests.includes(receipt.digest));
  if (held === undefined) return ALL;
  const baseline = baselineOf(snapshots, config.expect);
  const state = await session.state();
  const filter = { stores: [store], status: UNRESOLVED };
  const seen = toldBy(held.receipt, { config, baseline, known: listFindings(state, filter) });
  await rememberSeen(state, session.world, seen);
  const left = listFindings(state, filter)
    .filter(mayBeGone)
    .flatMap(({ seenBy }) => seenBy);
  const asked = asksEngine(held.receipt, { config, baseline }) ? [...left, "integrity"] : left;
  return ALL.filter((kind) => asked.includes(kind));
}

/** Restored whole, equal to its receipt, checked by the engine, and not written to since. */
function isProven(store: string, { steps, proofs, live }: RunDocument): boolean {
  const isExchanged = steps.some(
    ({ action, status, parameters }) =>
      action === "exchange" && status === "succeeded" && parameters["store"] === store,
  );
  const own = proofs.filter((each) => each.store === store);
  const isEqual = own.length > 0 && own.every(({ equal, level }) => equal && level === "complete");
  return isExchanged && isEqual && live === null;
}

interface Terms {
  readonly config: StoreConfig;
  readonly baseline: Baseline | null;
}

/** Whether the backups can be read is no question to one of their receipts. */
function isTold(code: string): boolean {
  return isDifference(code) && code !== "backups.unreadable";
}

/** What an audit and an integrity check would see of it; of anything else they stay silent. */
function toldBy(
  receipt: Receipt,
  { config, baseline, known }: Terms & { readonly known: readonly Finding[] },
): readonly Seen[] {
  const present = presentIn(receipt);
  const blind = [
    ...known.filter(({ code }) => !isTold(code)),
    ...supersededPlaces(known, baseline),
  ];
  const seen = (kind: InspectionKind, observations: readonly Observation[]): Seen => ({
    store: config.name,
    kind,
    observations,
    complete: true,
    blind,
  });
  return [
    seen("audit", [
      ...compareStructure(baseline, present, config.expect).observations,
      ...compareMetadata(baseline, present.properties).observations,
    ]),
    seen("integrity", compareCounts(baseline, present, config.expect)),
  ];
}

/** What the receipt does not tell, and what a restore may have ended. */
function mayBeGone({ code, severity, category }: Finding): boolean {
  if (isTold(code) || severity === "info") return false;
  return category !== "permission" && category !== "configuration";
}

/** Rules of its owner, references that a snapshot breaks, old rows that it may lack. */
function asksEngine(receipt: Receipt, { config, baseline }: Terms): boolean {
  const hasOrphans = receipt.references.some(({ orphans }) => orphans !== 0);
  const lacksOld =
    baseline !== null && appendOnlySuspects(baseline, receipt, config.expect).length > 0;
  return config.rules.length > 0 || hasOrphans || lacksOld;
}
