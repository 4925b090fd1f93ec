import { SalvorError } from "../core/errors.ts";
import type { Loss } from "../core/loss.ts";
import { settled } from "../core/settled.ts";
import { counted } from "../core/text.ts";
import type { OnDamaged, ProjectionConfig } from "../projections/types.ts";
import type { BuildOrder, Built } from "../recovery/build-order.ts";
import type { Image } from "../stores/types.ts";
import { buildState, policyOf } from "./build-state.ts";
import { captureLive } from "./capture-live.ts";
import { openState } from "./projection-target.ts";
import type { Session } from "./session.ts";
import { readStateHead, type StateHead } from "./state-head.ts";

/**
 * Builds what takes the place of a live state, and holds it against that: events that were applied,
 * and that the log does not have any more, are gone with the live state.
 *
 * @throws {SalvorError} LOG_DAMAGED when the policy lets no events go; what `buildState` throws.
 */
export async function buildInstead(
  session: Session,
  order: BuildOrder,
  signal: AbortSignal,
): Promise<Built> {
  const isWhole = order.fromMs === null && order.untilMs === null;
  // What is applied to it after that may be newer than the end of this build.
  const captured = isWhole ? captureLive(session, order.projection, signal) : null;
  const [built, head] = await settled(
    buildState(session, captured === null ? order : { ...order, after: captured }, signal),
    headIn(captured, signal),
  );
  const lacking = head?.definition === built.definition ? aheadOf(head, built) : 0;
  if (lacking === 0) return built;
  const projection = session.projection(order.projection);
  const policy = order.onDamaged ?? policyOf(session, projection.log);
  if (maySkip(policy, lacking + built.progress.corrupted)) {
    return { ...built, losses: [...built.losses, lossOf(projection, lacking)] };
  }
  // The log may come back with other events before the last one that was read.
  await using draft = await openState(session, order.projection, order.draft);
  await draft.discard(signal);
  throw new SalvorError("LOG_DAMAGED", shorterLog(lacking), { hint: shorterLogHint(projection) });
}

/** How many events a state has applied that its log lacks: what is damaged the log still has. */
export function aheadOf(head: StateHead | null, { progress }: Built): number {
  return head === null ? 0 : Math.max(0, head.applied - progress.applied - progress.corrupted);
}

/** What is said of a log that lacks events. */
export function shorterLog(lacking: number): string {
  return `its log lacks ${counted(lacking, "event")} that the state has applied`;
}

/** How to bring such events back, or to do without them. */
export function shorterLogHint({ name, log }: Pick<ProjectionConfig, "log" | "name">): string {
  return (
    `Run "salvor recover ${log}" first, which brings back what its snapshots have; or build the ` +
    `state without these events, which declares them lost: "salvor rebuild ${name} --on-damaged skip".`
  );
}

/** Asked while the state is being built. */
async function headIn(
  captured: Promise<Image | SalvorError> | null,
  signal: AbortSignal,
): Promise<StateHead | null> {
  const live = await captured;
  if (live === null || live instanceof SalvorError) return null;
  await using image = live;
  return await readStateHead(image, signal);
}

function maySkip(policy: OnDamaged, events: number): boolean {
  return policy === "skip" || (policy !== "stop" && events < policy.skipBelow);
}

function lossOf({ log, target }: ProjectionConfig, lacking: number): Loss {
  const reason = `the replaced state had applied ${counted(lacking, "event")} that the log lacks`;
  return { store: log, collection: "events", key: null, location: { file: target }, reason };
}
