import { listFindings } from "../checks/findings.ts";
import { isSound } from "../checks/severity.ts";
import type { Finding } from "../checks/types.ts";
import { UNRESOLVED } from "./findings.ts";
import { inspectAll, type ThreeLooks } from "./inspect-all.ts";
import { lookAgain } from "./look-again.ts";
import { chooseRemedies, feasible, mend, type StoreRemedy } from "./mend.ts";
import { mendAgain, type SecondRound } from "./mend-again.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import { planned } from "./planned.ts";
import { recoverStates } from "./recover-states.ts";
import { recoverSubjects } from "./recover-subjects.ts";
import { leaveReport, lookEvents, reportStore } from "./reports.ts";
import { resumeFor } from "./runs.ts";
import type { Session } from "./session.ts";
import type { FullRecoveryOptions } from "./types.ts";
import { withResumed } from "./with-resumed.ts";
import type { RunDocument } from "./run-document.ts";
import type { FullRecoveryDocument } from "./look-documents.ts";
import type { ReportPaths } from "./run-document.ts";

/** The five steps of a recovery: audit, integrity, scan, recover, verify. */
export async function fullRecovery(
  session: Session,
  options: FullRecoveryOptions,
  signal: AbortSignal,
): Promise<FullRecoveryDocument> {
  const startedMs = session.world.elapsed();
  const { names, projections } = recoverSubjects(session, options.stores);
  const resumed: RunDocument[] = [];
  if (options.dryRun !== true)
    for (const name of names) resumed.push(...(await resumeFor(session, name, signal)));
  const before = await inspectAll(session, names, signal);
  const remedies = await chooseRemedies(session, names, null, signal);
  const mended =
    feasible(remedies).length === 0 ? null : await mend(session, remedies, options, signal);
  if (mended !== null) await lookAgain(session, mended, signal);
  const again =
    mended === null ? null : await mendAgain(session, { remedies, run: mended }, options, signal);
  const stores = withResumed(...rounds(resumed, mended, again));
  const states = await recoverStates(session, isWell(stores) ? projections : [], options, signal);
  const run = withStates(stores, states.runs);
  const all = [...names, ...projections];
  const findings = listFindings(await session.state(), { stores: all, status: UNRESOLVED });
  const durationMs = Math.round(session.world.elapsed() - startedMs);
  const decided = [
    ...[...remedies, ...(again?.remedies ?? [])].map(remedyDocument),
    ...states.remedies.map(({ store, remedy, sentence }) => ({ store, remedy, why: sentence })),
  ];
  const outcome = { names, before, remedies: decided, run, findings, durationMs };
  const document = documentOf(outcome);
  if (run?.status === "planned") return document;
  const { sound } = document;
  await session.record("full-recovery", names.join(" "), options.reason ?? "", {
    sound,
    run: run?.id ?? null,
  });
  return { ...document, reports: await report(session, outcome, signal) };
}

function rounds(
  resumed: readonly RunDocument[],
  first: RunDocument | null,
  again: SecondRound | null,
): Parameters<typeof withResumed> {
  if (first === null || again === null) return [resumed, first];
  return [[...resumed, first], again.run];
}

function isWell(run: RunDocument | null): boolean {
  return run === null || run.status === "planned" || run.status === "succeeded";
}

/** Logs came first, and then the states that are computed from them. */
function withStates(
  stores: RunDocument | null,
  states: readonly RunDocument[],
): RunDocument | null {
  if (states.length === 0) return stores;
  const all = [...(stores === null ? [] : [stores]), ...states];
  if (all.some(({ status }) => status === "planned")) return all.reduce(planned);
  return withResumed(all.slice(0, -1), all.at(-1) ?? null);
}

interface Outcome {
  readonly names: readonly string[];
  readonly before: ThreeLooks;
  readonly remedies: FullRecoveryDocument["steps"]["recover"]["remedies"];
  readonly run: RunDocument | null;
  /** What is left, worst first. */
  readonly findings: readonly Finding[];
  readonly durationMs: number;
}

function documentOf(outcome: Outcome): FullRecoveryDocument {
  const { before, remedies, run, findings, durationMs } = outcome;
  const open = findings.filter(({ status }) => status === "open");
  const proofs = run?.proofs ?? [];
  const ok = isSound(findings) && proofs.every(({ equal }) => equal);
  const status = run?.status ?? "not needed";
  return {
    sound: ok && (run === null || run.status === "succeeded"),
    steps: {
      ...before,
      recover: { remedies, status },
      verify: { ok, proofs: proofs.length, findings: open },
    },
    run,
    proof: run?.proof ?? null,
    losses: run?.losses ?? [],
    durationMs,
    reports: null,
  };
}

function remedyDocument({ store, remedy }: StoreRemedy) {
  return { store, remedy: remedy.kind, why: remedy.sentence };
}

/** Tells what was found first, and how it is now. */
async function report(
  session: Session,
  { names, before, run, findings, durationMs }: Outcome,
  signal: AbortSignal,
): Promise<ReportPaths | null> {
  const snapshots = await knownSnapshots(session, signal);
  const found = before.scan.findings;
  const now = listFindings(await session.state(), { stores: names });
  const told = now.filter(
    ({ id, status }) => status !== "resolved" || found.some((each) => each.id === id),
  );
  return leaveReport(
    session,
    {
      kind: run === null ? "status" : "run",
      command: "full-recovery",
      stores: names.map((store) => {
        const audited = before.audit.stores.find((each) => each.store === store);
        const scanned = before.scan.stores.find((each) => each.store === store);
        const sound = isSound(findings.filter((each) => each.store === store));
        return reportStore(session, { ...audited, ...scanned, store, sound }, snapshots);
      }),
      findings: told,
      runs: run === null ? [] : [run],
      events: [
        ...lookEvents("audit", before.audit),
        ...lookEvents("integrity", before.integrity),
        ...lookEvents("scan", before.scan),
      ],
      durationMs,
    },
    signal,
  );
}
