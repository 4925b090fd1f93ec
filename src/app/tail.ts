import { nodeDisk } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { count } from "../core/text.ts";
import type { BuildProgress } from "../projections/types.ts";
import { followProjection } from "../projections/follow.ts";
import type { EventDamage } from "../stores/events.ts";
import { lockTail, turnPath } from "../state/locks.ts";
import { BATCH_MAX, eventDoor, keepDamaged, namingLog, policyOf } from "./build-state.ts";
import { refuseUntrustedModule } from "./config/parts.ts";
import type { TailDocument, TailOptions } from "./projection-documents.ts";
import { rebuild } from "./rebuild.ts";
import { resumeFor } from "./runs.ts";
import type { Session } from "./session.ts";

/** How often it is looked whether the state is still the file that it was, in milliseconds. */
const LOOK_MS = 500;

/**
 * Follows the log of a projection: new events are in its state within a second. Ends well when the
 * signal is aborted, after the transaction that it is in.
 */
export async function tail(
  session: Session,
  options: TailOptions,
  signal: AbortSignal,
): Promise<TailDocument> {
  const { projection: name } = options;
  const { target, log } = session.projection(name);
  const { folder } = await session.state();
  await using _alone = await lockTail(folder, name, session.world);
  await resumeFor(session, name, signal).catch(unlessBusy);
  const counts = new Counts();
  while (!signal.aborted) {
    if ((await nodeDisk.stat(target)) === null) {
      session.progress.say(`${name}: there is no state yet, it is built first.`);
      await rebuild(session, { projections: [name], onDamaged: options.onDamaged }, signal);
    }
    session.progress.say(`${name}: following ${log}; Ctrl-C ends it.`);
    await followOnce(session, options, counts, signal).catch(async (error: unknown) => {
      // It was taken away meanwhile: then it is built again.
      if ((await nodeDisk.stat(target)) !== null) throw error;
    });
  }
  const document = { projection: name, target, ...counts.told };
  await session.record("tail", name, "", counts.told);
  return document;
}

/** A rebuild that is under way is no reason not to follow: whoever works on it ends it. */
function unlessBusy(error: unknown): void {
  if (!(error instanceof SalvorError) || error.code !== "STORE_BUSY") throw error;
}

/** Until the signal is aborted, or another file takes the state's name. */
async function followOnce(
  session: Session,
  { projection: name, onDamaged, onApplied }: TailOptions,
  counts: Counts,
  signal: AbortSignal,
): Promise<void> {
  const projection = session.projection(name);
  await refuseUntrustedModule(projection);
  const { folder } = await session.state();
  const request = {
    projection,
    log: await eventDoor(session, projection.log),
    onDamaged: onDamaged ?? policyOf(session, projection.log),
    batchMax: BATCH_MAX,
    turn: await turnPath(folder, name),
  };
  const listener = {
    onDamaged: (damage: readonly EventDamage[]) => keepDamaged(session, projection.log, damage),
    onBegun: (progress: BuildProgress) => counts.begin(progress),
    onProgress: (progress: BuildProgress) => {
      counts.add(progress);
      session.progress.say(`${name}: ${counts.sentence()}.`);
      onApplied?.(progress);
    },
  };
  const ended = new AbortController();
  const watched = watchFile(session, projection.target, AbortSignal.any([signal, ended.signal]));
  try {
    const hosts = await session.hosts();
    const both = AbortSignal.any([signal, watched.changed]);
    await followProjection(hosts, request, listener, both);
  } catch (error) {
    throw namingLog(error, projection.log);
  } finally {
    ended.abort();
    await watched.over;
  }
}

/** Tells when a path has become another file, or none. */
function watchFile(
  { world }: Session,
  path: string,
  signal: AbortSignal,
): { readonly changed: AbortSignal; readonly over: Promise<void> } {
  const changed = new AbortController();
  const look = async (): Promise<void> => {
    const first = await nodeDisk.stat(path);
    for (;;) {
      await world.sleep(LOOK_MS, signal);
      const now = await nodeDisk.stat(path);
      if (now?.inode === first?.inode && now?.device === first?.device) continue;
      changed.abort();
      return;
    }
  };
  return { changed: changed.signal, over: look().catch(() => {}) };
}

/** What was applied since the beginning, from what a state says of itself. */
class Counts {
  #last: BuildProgress | null = null;
  readonly #told = { events: 0, applied: 0, duplicates: 0, corrupted: 0 };

  get told(): Omit<TailDocument, "projection" | "target"> {
    return { ...this.#told };
  }

  begin(progress: BuildProgress): void {
    this.#last = progress;
  }

  add(progress: BuildProgress): void {
    for (const key of COUNTS) this.#told[key] += progress[key] - (this.#last?.[key] ?? 0);
    this.#last = progress;
  }

  sentence(): string {
    const { applied, duplicates, corrupted } = this.#told;
    return `${count(applied)} applied, ${count(duplicates)} duplicates, ${count(corrupted)} damaged`;
  }
}

const COUNTS = ["events", "applied", "duplicates", "corrupted"] as const;
