import { rememberSeen } from "../checks/remember.ts";
import { listFindings } from "../checks/findings.ts";
import type { Observation } from "../core/finding.ts";
import { isTailed } from "../state/locks.ts";
import { warmBuild } from "./build-state.ts";
import { compareState } from "./compare-state.ts";
import { UNRESOLVED } from "./findings.ts";
import type {
  VerifyStateDocument,
  VerifyStateOptions,
  VerifyStatesDocument,
} from "./projection-documents.ts";
import type { Session } from "./session.ts";
import { stateObservations } from "./state-observations.ts";

/** Are the live states what their logs say? What is found is remembered. */
export async function verifyStates(
  session: Session,
  { projections, onProgress }: VerifyStateOptions,
  signal: AbortSignal,
): Promise<VerifyStateDocument | VerifyStatesDocument> {
  const names = session.projectionNames(projections);
  await warmBuild(session);
  if (onProgress !== undefined) session.builds.add(onProgress);
  try {
    const results = [];
    for (const name of names) results.push(await verifyState(session, name, signal));
    const [only] = results;
    if (only !== undefined && results.length === 1) return only;
    return { consistent: results.every(({ consistent }) => consistent), results };
  } finally {
    if (onProgress !== undefined) session.builds.delete(onProgress);
  }
}

/**
 * Is one live state what its log says?
 *
 * @throws {SalvorError} LOG_DAMAGED where the log itself cannot tell.
 */
export async function verifyState(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<VerifyStateDocument> {
  const startedMs = session.world.elapsed();
  const { folder } = await session.state();
  const isFollowed = await isTailed(folder, name, session.world);
  const found = await compareState(session, name, isFollowed, signal);
  const { verdict } = found;
  const observations = stateObservations(session.projection(name), found);
  const findings = await rememberState(session, name, observations);
  const durationMs = Math.round(session.world.elapsed() - startedMs);
  const { consistent, differencesTotal } = verdict;
  await session.record("verify-state", name, "", { consistent, differences: differencesTotal });
  return { ...verdict, findings, durationMs };
}

/** Remembers what was seen of a state, and answers what is open about it. */
export async function rememberState(
  session: Session,
  name: string,
  observations: readonly Observation[],
): Promise<VerifyStateDocument["findings"]> {
  const state = await session.state();
  const seen = { store: name, kind: "integrity", observations, complete: true } as const;
  await rememberSeen(state, session.world, [seen]);
  return listFindings(state, { stores: [name], status: UNRESOLVED });
}
