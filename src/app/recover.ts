import { listFindings } from "../checks/findings.ts";
import { SalvorError } from "../core/errors.ts";
import type { Snapshot } from "../repository/types.ts";
import { inspectAll } from "./inspect-all.ts";
import { lookAgain } from "./look-again.ts";
import { chooseRemedies, mend, refuseImpossible, remedySentence } from "./mend.ts";
import { planned } from "./planned.ts";
import { type RecoveredStates, recoverStates, refuseShorterLogs } from "./recover-states.ts";
import { recoverSubjects } from "./recover-subjects.ts";
import { knownStores, leaveReport } from "./reports.ts";
import { resumeFor } from "./runs.ts";
import type { Session } from "./session.ts";
import { snapshotNamed } from "./snapshot-names.ts";
import { withResumed } from "./with-resumed.ts";
import type { RecoverOptions } from "./types.ts";
import type { ReportPaths, RunDocument } from "./run-document.ts";

/**
 * Open findings become a plan, a run and a proof. It looks first: a store that was mended since it was
 * looked at, by an interrupted run or by hand, would be set back again for its old findings.
 */
export async function recover(
  session: Session,
  options: RecoverOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const startedMs = session.world.elapsed();
  const { names, projections } = recoverSubjects(session, options.stores);
  const from = await fromSnapshot(session, names, options.from, signal);
  const resumed: RunDocument[] = [];
  if (options.dryRun !== true)
    for (const name of names) resumed.push(...(await resumeFor(session, name, signal)));
  const state = await session.state();
  const open = () => listFindings(state, { stores: names, status: ["open"] });
  const before = new Set(open().map(({ id }) => id));
  if (from === null) await inspectAll(session, names, signal);
  for (const { id } of open()) before.add(id);
  const remedies = await chooseRemedies(session, names, from, signal);
  for (const each of remedies) session.progress.say(remedySentence(each));
  refuseImpossible(remedies);
  const mended = await mend(session, remedies, options, signal);
  if (mended.status !== "planned") await lookAgain(session, mended, signal);
  const isWell = mended.status === "planned" || mended.status === "succeeded";
  // A state is right only where its log is, and so comes after it.
  const states = isWell ? await recoverStates(session, projections, options, signal) : NO_STATES;
  if (mended.steps.length === 0) refuseShorterLogs(session, states);
  if (mended.status === "planned") return [mended, ...states.runs].reduce(planned);
  for (const id of states.found) before.add(id);
  const rounds = [...resumed, mended, ...states.runs];
  const run = withResumed(rounds.slice(0, -1), rounds.at(-1) ?? null) ?? mended;
  const durationMs = Math.round(session.world.elapsed() - startedMs);
  const all = [...names, ...projections];
  return {
    ...run,
    reports: await report(session, run, { names: all, before, durationMs }, signal),
  };
}

const NO_STATES: RecoveredStates = { remedies: [], runs: [], found: [] };

interface Told {
  readonly names: readonly string[];
  /** Ids of findings that were open before. */
  readonly before: ReadonlySet<string>;
  readonly durationMs: number;
}

async function report(
  session: Session,
  run: RunDocument,
  { names, before, durationMs }: Told,
  signal: AbortSignal,
): Promise<ReportPaths | null> {
  const findings = listFindings(await session.state(), { stores: names }).filter(
    ({ id, status }) => status !== "resolved" || before.has(id),
  );
  const stores = await knownStores(session, signal);
  const content = { kind: "run", command: "recover", stores, findings, runs: [run] } as const;
  return leaveReport(session, { ...content, durationMs }, signal);
}

async function fromSnapshot(
  session: Session,
  names: readonly string[],
  word: string | undefined,
  signal: AbortSignal,
): Promise<Snapshot | null> {
  if (word === undefined) return null;
  const found = await snapshotNamed(await session.repository(signal), word, signal);
  if (names.length === 1 && names[0] === found.store) return found;
  throw new SalvorError("USAGE", `--from names a snapshot of ${found.store}`, {
    hint: `Name that store alone: salvor recover ${found.store} --from ${word}`,
  });
}
