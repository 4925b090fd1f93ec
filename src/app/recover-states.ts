import type { Finding } from "../checks/types.ts";
import { SalvorError } from "../core/errors.ts";
import { counted } from "../core/text.ts";
import { planRebuild } from "../recovery/plan-rebuild.ts";
import { performPlan } from "./perform-plan.ts";
import { refuseWrongTarget, requestOf } from "./rebuild.ts";
import type { RunDocument } from "./run-document.ts";
import { resumeFor } from "./runs.ts";
import { shorterLog, shorterLogHint } from "./shorter-log.ts";
import type { Session } from "./session.ts";
import { VERSION_CHANGED } from "./state-observations.ts";
import type { ChangeOptions } from "./types.ts";
import { rememberState, verifyState } from "./verify-state.ts";

/** What is to be done about the state of a projection, and why. */
export interface StateRemedy {
  readonly store: string;
  readonly remedy: "impossible" | "nothing" | "rebuild";
  readonly sentence: string;
  /** Ids of what is open about it. */
  readonly findings: readonly string[];
}

/** States that were looked at, and the runs that rebuilt those which were wrong. */
export interface RecoveredStates {
  readonly remedies: readonly StateRemedy[];
  readonly runs: readonly RunDocument[];
  /** Ids of what was found about them. */
  readonly found: readonly string[];
}

/**
 * Verifies the states of projections, and rebuilds those that are not what their logs say. Logs come
 * first: whoever calls has mended them. Ends at the first that cannot be rebuilt.
 */
export async function recoverStates(
  session: Session,
  names: readonly string[],
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<RecoveredStates> {
  const remedies: StateRemedy[] = [];
  const runs: RunDocument[] = [];
  const found: string[] = [];
  for (const name of names) {
    if (options.dryRun !== true) runs.push(...(await resumeFor(session, name, signal)));
    const remedy = await remedyOf(session, name, signal);
    remedies.push(remedy);
    found.push(...remedy.findings);
    if (remedy.remedy === "nothing") continue;
    const { log } = session.projection(name);
    const way = remedy.remedy === "impossible" ? `. ${shorterLogHint({ name, log })}` : "";
    session.progress.say(`${name}: ${remedy.sentence}${way}`);
    if (remedy.remedy === "impossible") continue;
    const request = requestOf(session, name, { fromMs: null, untilMs: null });
    await refuseWrongTarget(session, request);
    const run = await performPlan(session, planRebuild(request), options, signal);
    runs.push(run);
    if (run.status === "succeeded") await rememberState(session, name, []);
    else if (run.status !== "planned") break;
  }
  return { remedies, runs, found };
}

async function remedyOf(
  session: Session,
  store: string,
  signal: AbortSignal,
): Promise<StateRemedy> {
  const rebuild = (why: string, findings: readonly string[]): StateRemedy => ({
    store,
    remedy: "rebuild",
    sentence: `rebuild the state from its log: ${why}`,
    findings,
  });
  try {
    const verdict = await verifyState(session, store, signal);
    const { consistent, differencesTotal, findings } = verdict;
    const ids = findings.map(({ id }) => id);
    const changed = findings.find(isOpenChange);
    if (consistent && changed !== undefined) return rebuild(changed.description, ids);
    if (consistent) return { store, remedy: "nothing", sentence: "nothing to do", findings: ids };
    if (verdict.ahead > 0) {
      // It knows what its log has lost: nothing is built from that without somebody's word.
      const sentence = shorterLog(verdict.ahead);
      return { store, remedy: "impossible", sentence, findings: ids };
    }
    const why = findings[0]?.description ?? `${counted(differencesTotal, "row")} differ`;
    return rebuild(why, ids);
  } catch (error) {
    // The rebuild meets the same damage, and its run says what became of it.
    if (!(error instanceof SalvorError) || error.code !== "LOG_DAMAGED") throw error;
    return rebuild(error.message, []);
  }
}

function isOpenChange({ code, status }: Pick<Finding, "code" | "status">): boolean {
  return code === VERSION_CHANGED && status === "open";
}

/**
 * Says so when nothing at all could be done.
 *
 * @throws {SalvorError} REFUSED
 */
export function refuseShorterLogs(session: Session, { remedies, runs }: RecoveredStates): void {
  const found = remedies.find(({ remedy }) => remedy === "impossible");
  if (found === undefined || runs.length > 0) return;
  throw new SalvorError("REFUSED", `${found.store}: ${found.sentence}`, {
    hint: shorterLogHint(session.projection(found.store)),
  });
}
