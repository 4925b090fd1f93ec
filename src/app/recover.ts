import { listFindings } from "../checks/findings.ts";
import { isSound } from "../checks/severity.ts";
import { SalvorError } from "../core/errors.ts";
import type { Snapshot } from "../repository/types.ts";
import { inspectAll } from "./inspect-all.ts";
import { lookAgain } from "./look-again.ts";
import { chooseRemedies, mend, refuseImpossible, remedySentence } from "./mend.ts";
import { knownStores, leaveReport } from "./reports.ts";
import { resumeFor } from "./runs.ts";
import type { Session } from "./session.ts";
import { snapshotNamed } from "./snapshot-names.ts";
import type { RecoverOptions } from "./types.ts";
import type { RunDocument } from "./run-document.ts";

/** Open findings become a plan, a run and a proof; where nothing is known, it looks first. */
export async function recover(
  session: Session,
  options: RecoverOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const startedMs = session.world.elapsed();
  const names = session.storeNames(options.stores);
  const from = await fromSnapshot(session, names, options.from, signal);
  if (options.dryRun !== true) for (const name of names) await resumeFor(session, name, signal);
  const state = await session.state();
  const open = () => listFindings(state, { stores: names, status: ["open"] });
  if (from === null && isSound(open())) await inspectAll(session, names, signal);
  const before = open();
  const remedies = await chooseRemedies(session, names, from, signal);
  for (const each of remedies) session.progress.say(remedySentence(each));
  refuseImpossible(remedies);
  const run = await mend(session, remedies, options, signal);
  if (run.status === "planned") return run;
  if (run.status === "succeeded") await lookAgain(session, run, signal);
  const reports = await leaveReport(
    session,
    {
      kind: "run",
      command: "recover",
      stores: await knownStores(session, signal),
      findings: listFindings(state, { stores: names }).filter(
        ({ id, status }) => status !== "resolved" || before.some((each) => each.id === id),
      ),
      runs: [run],
      durationMs: Math.round(session.world.elapsed() - startedMs),
    },
    signal,
  );
  return { ...run, reports };
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
