import { entryModule } from "../core/module.ts";
import { SalvorError } from "../core/errors.ts";
import type { EventDamage } from "../stores/events.ts";
import type { Hosts } from "../stores/host/hosts.ts";
import { discardDraft } from "./discard-draft.ts";
import type { BuildNews, BuildOutput } from "./news.ts";
import type { BuildRequest, BuildResult, RebuildProgress } from "./types.ts";

/** Milliseconds: the longest log still ends. */
const TIMEOUT_MS = 7 * 24 * 60 * 60 * 1000;

/** Who hears of a build. */
export interface BuildListener {
  /** The log is not asked where it ends before this has resolved. */
  readonly onReady?: () => Promise<void>;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Keeps damage; nothing is applied beyond it before this has resolved. */
  readonly onDamaged: (damaged: readonly EventDamage[]) => Promise<void> | void;
  /** A draft is gone on with, after so many events. */
  readonly onResumed?: (after: number) => void;
  /** A draft that was there was given up. */
  readonly onStale?: (reason: string) => void;
}

/**
 * Builds a state in a process of its own that can write nothing else. Killed at any moment, the
 * draft that it leaves is gone on with by the next call. The draft is synced when it is done.
 *
 * @throws {SalvorError} LOG_DAMAGED when the policy stops it: file, line, offset and reason; REFUSED
 *   when a state of another definition, or a gap in time, is in the way; PROJECTION_INVALID;
 *   STORE_BUSY when another process builds the same draft; LOG_CHANGED; DISK_FULL, ….
 */
export async function buildState(
  hosts: Hosts,
  request: BuildRequest,
  listener: BuildListener,
  signal: AbortSignal,
): Promise<BuildResult> {
  const limits = { timeoutMs: TIMEOUT_MS, onNews: (news: unknown) => hear(news, listener) };
  const module = entryModule("projections/build-task");
  const run = (): Promise<BuildOutput> =>
    hosts.run<BuildOutput>("replay", module, request, signal, limits);
  let output = await run();
  if (output.kind === "stale") {
    listener.onStale?.(output.reason);
    await discardDraft(request.draft);
    output = await run();
  }
  if (output.kind === "built") return output.result;
  throw new SalvorError("LOG_CHANGED", `the log changes while it is read: ${output.reason}`, {
    hint: "Find out what rewrites it, then run the command again.",
  });
}

function hear(news: unknown, listener: BuildListener): Promise<void> | void {
  const told = news as BuildNews;
  if (told.kind === "ready") return listener.onReady?.();
  if (told.kind === "damaged") return listener.onDamaged(told.damaged);
  if (told.kind === "resumed") listener.onResumed?.(told.after);
  else listener.onProgress?.(told.progress);
}
