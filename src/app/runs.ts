import { counted } from "../core/text.ts";
import { openEngine, openRunView, type RunView } from "./engine.ts";
import type { Session } from "./session.ts";
import type { CancelOptions, ResumeOptions, RunsDocument, RunsOptions } from "./types.ts";
import type { RunDocument } from "./run-document.ts";

/** What was interrupted on a store is finished or undone before anything else touches it. */
export async function resumeFor(
  session: Session,
  store: string,
  signal: AbortSignal,
): Promise<readonly RunDocument[]> {
  const engine = await openEngine(session);
  const runs = await engine.resumeFor(store, session.by, signal);
  for (const run of runs) {
    const cost = run.losses.length === 0 ? "" : `; lost: ${counted(run.losses.length, "item")}`;
    session.progress.say(`Ended the interrupted run ${run.id}: ${run.status}${cost}.`);
    await session.record("resume", run.id, "", { status: run.status });
  }
  return runs;
}

/** Goes on with one run, or with all that were interrupted. */
export async function resumeRuns(
  session: Session,
  { run }: ResumeOptions,
  signal: AbortSignal,
): Promise<RunsDocument> {
  const engine = await openEngine(session);
  const runs =
    run === undefined
      ? await engine.resumeAll(session.by, signal)
      : [await engine.resume(run, session.by, signal)];
  for (const each of runs) await session.record("resume", each.id, "", { status: each.status });
  return { runs };
}

/** Undoes a run that is under way or was interrupted. */
export async function cancelRun(
  session: Session,
  { run, reason }: CancelOptions,
  signal: AbortSignal,
): Promise<RunsDocument> {
  const engine = await openEngine(session);
  const ended = await engine.cancel(run, session.by, signal);
  await session.record("cancel", run, reason ?? "", { status: ended.status });
  return { runs: [ended] };
}

/** The journal: one run, or the newest ones; following shows each change until the run has ended. */
export async function listRuns(
  session: Session,
  { run, follow = false, onRun }: RunsOptions,
  signal: AbortSignal,
): Promise<RunsDocument> {
  const view = await openRunView(session);
  if (run === undefined && !follow) return { runs: await view.runs() };
  const id = run ?? (await newestId(view));
  if (id === null) return { runs: [] };
  if (!follow) return { runs: [await view.run(id)] };
  let last: RunDocument | null = null;
  for await (const seen of view.follow(id, signal)) onRun?.((last = seen));
  return { runs: last === null ? [] : [last] };
}

async function newestId(view: RunView): Promise<string | null> {
  const [newest] = await view.runs({ countMax: 1 });
  return newest?.id ?? null;
}
