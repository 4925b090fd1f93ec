import { entryModule } from "../core/module.ts";
import type { EventDamage } from "../stores/events.ts";
import type { Hosts } from "../stores/host/hosts.ts";
import type { FollowNews } from "./news.ts";
import type { BuildProgress, FollowRequest } from "./types.ts";

/** The longest time that a timer can wait: 24 days; whoever follows longer begins again. */
const TIMEOUT_MS = 2 ** 31 - 1;
/** For the transaction that it is in. */
const GRACE_MS = 30_000;

/** Who hears of events that were applied. */
export interface FollowListener {
  /** Told what the state holds, at the beginning and after each exchange. */
  readonly onBegun?: (progress: BuildProgress) => void;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Keeps damage; nothing is applied beyond it before this has resolved. */
  readonly onDamaged: (damaged: readonly EventDamage[]) => Promise<void> | void;
}

/**
 * Applies new events to the live state of a projection within a second, until the signal is aborted;
 * then it ends after its transaction, and answers what the state has come to.
 *
 * @throws {SalvorError} REFUSED when the state is not one that can be gone on with: rebuild it;
 *   LOG_DAMAGED; LOG_CHANGED; STORE_MISSING when the log stays away; PROJECTION_INVALID.
 */
export function followProjection(
  hosts: Hosts,
  request: FollowRequest,
  { onBegun, onProgress, onDamaged }: FollowListener,
  signal: AbortSignal,
): Promise<BuildProgress> {
  const onNews = (news: unknown): Promise<void> | void => {
    const told = news as FollowNews;
    if (told.kind === "damaged") return onDamaged(told.damaged);
    if (told.kind === "began") onBegun?.(told.progress);
    else onProgress?.(told.progress);
  };
  const limits = { timeoutMs: TIMEOUT_MS, graceMs: GRACE_MS, onNews };
  return hosts.run("replay", entryModule("projections/follow-task"), request, signal, limits);
}
