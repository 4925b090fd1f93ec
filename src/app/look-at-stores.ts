import { listFindings } from "../checks/findings.ts";
import { rememberSeen } from "../checks/remember.ts";
import { isSound } from "../checks/severity.ts";
import type { Finding } from "../checks/types.ts";
import type { InspectionKind } from "../stores/types.ts";
import { timestamp } from "../core/world.ts";
import { UNRESOLVED } from "./findings.ts";
import { holdStore, type HeldStore, type Looked } from "./look.ts";
import { leaveLookReport } from "./reports.ts";
import type { Session } from "./session.ts";
import type { LookOptions } from "./types.ts";
import type { LookDocument, LookedStore } from "./look-documents.ts";

/** A look: what it adds to what every look says of a store. */
export interface Look<Facts> {
  readonly kind: InspectionKind;
  at(held: HeldStore, signal: AbortSignal): Promise<Looked<Facts>>;
}

/** One look at each store in turn, remembered, with its report. */
export async function lookAtStores<Facts extends object>(
  session: Session,
  look: Look<Facts>,
  { stores: asked }: LookOptions,
  signal: AbortSignal,
): Promise<LookDocument<Facts & LookedStore>> {
  const startedMs = session.world.elapsed();
  const at = timestamp(session.world.now());
  const looked: StoreLook<Facts>[] = [];
  for (const name of session.storeNames(asked)) {
    await using held = await holdStore(session, name, signal);
    looked.push({ store: name, looked: await look.at(held, signal) });
  }
  const document = await rememberLooks(session, at, looked);
  const { kind } = look;
  const subject = looked.map(({ store }) => store).join(" ");
  const { sound, findings } = document;
  await session.record(kind, subject, "", { sound, findings: findings.length });
  const durationMs = Math.round(session.world.elapsed() - startedMs);
  return {
    ...document,
    reports: await leaveLookReport(session, kind, document, durationMs, signal),
  };
}

/** What one look at one store has shown. */
export interface StoreLook<Facts> {
  readonly store: string;
  readonly looked: Looked<Facts>;
}

/** Remembers what was seen, and says how the stores are by all that is known of them now. */
export async function rememberLooks<Facts extends object>(
  session: Session,
  at: string,
  looks: readonly StoreLook<Facts>[],
): Promise<LookDocument<Facts & LookedStore>> {
  const state = await session.state();
  await rememberSeen(
    state,
    session.world,
    looks.map(({ looked }) => looked.seen),
  );
  const names = looks.map(({ store }) => store);
  const findings = listFindings(state, { stores: names, status: UNRESOLVED });
  return {
    at,
    sound: isSound(findings),
    stores: looks.map((each) => storeDocument(each, findings)),
    findings,
    criticalIssues: findings.filter(isCritical).map(({ id }) => id),
    reports: null,
  };
}

function isCritical({ status, severity }: Finding): boolean {
  return status === "open" && severity === "critical";
}

function storeDocument<Facts extends object>(
  { store, looked: { facts, seen, checked, durationMs } }: StoreLook<Facts>,
  findings: readonly Finding[],
): Facts & LookedStore {
  const sound = isSound(findings.filter((each) => each.store === store));
  return { ...facts, store, sound, checked, complete: seen.complete, durationMs };
}
