import type { EventDamage } from "../stores/events.ts";
import type { BuildProgress, BuildResult, RebuildProgress } from "./types.ts";

/** What the process that builds tells of its work. */
export type BuildNews =
  /** Told before the log is asked where it ends: what must be known by then is waited for. */
  | { readonly kind: "ready" }
  /** Told first where a draft is gone on with: events that it had read. */
  | { readonly kind: "resumed"; readonly after: number }
  /** Told before the transaction that goes on after it: what is heard of is not applied over. */
  | { readonly kind: "damaged"; readonly damaged: readonly EventDamage[] }
  | { readonly kind: "progress"; readonly progress: RebuildProgress };

/** What the process that follows a log tells of its work. */
export type FollowNews =
  /** What the state says that is followed from here on: at the beginning, and after an exchange. */
  | { readonly kind: "began"; readonly progress: BuildProgress }
  | Extract<BuildNews, { kind: "damaged" }>
  | { readonly kind: "applied"; readonly progress: BuildProgress };

/** What it answers in the end. */
export type BuildOutput =
  | { readonly kind: "built"; readonly result: BuildResult }
  /** What lies there is not this build's, and must go first. */
  | { readonly kind: "stale"; readonly reason: string };
