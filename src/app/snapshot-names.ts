import { SalvorError } from "../core/errors.ts";
import type { Repository, Snapshot } from "../repository/types.ts";

const ID = /^[0-9a-f]{8,64}$/;
const OF_STORE = /^([^@]+)@(.+)$/;

/** Could this word name a snapshot? An id, a start of one, `store@latest`, `store@time`. */
export function isSnapshotName(word: string): boolean {
  return ID.test(word) || OF_STORE.test(word);
}

/**
 * The snapshot that a word names: NOT_FOUND, USAGE when it is not unique, BACKUP_DAMAGED when it
 * names one whose manifest cannot be read.
 */
export async function snapshotNamed(
  repository: Repository,
  word: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  try {
    return findSnapshot(await repository.snapshots(signal), word);
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "NOT_FOUND" || !ID.test(word))
      throw error;
    const damaged = await repository.unreadable(signal);
    const found = damaged.find(({ id }) => id.startsWith(word));
    if (found === undefined) throw error;
    throw new SalvorError("BACKUP_DAMAGED", `snapshot ${found.id}: ${found.problem.message}`, {
      hint: 'Run "salvor repository repair", or take an older snapshot.',
    });
  }
}

function findSnapshot(snapshots: readonly Snapshot[], word: string): Snapshot {
  const [, store, when] = OF_STORE.exec(word) ?? [];
  if (store !== undefined && when !== undefined) return findByTime(snapshots, store, when);
  if (!ID.test(word)) {
    throw new SalvorError("USAGE", `"${word}" does not name a snapshot`, {
      hint: "Give at least 8 digits of its id, <store>@latest, or <store>@<time>.",
    });
  }
  const [found, ...others] = snapshots.filter(({ id }) => id.startsWith(word));
  if (found === undefined) throw notFound(`there is no snapshot ${word}`);
  if (others.length === 0) return found;
  throw new SalvorError("USAGE", `${others.length + 1} snapshots begin with ${word}`, {
    hint: "Give more digits of the id.",
  });
}

/** By sequence, never by the clock alone: the newest of those that were there at that time. */
function findByTime(snapshots: readonly Snapshot[], store: string, when: string): Snapshot {
  const of = snapshots.filter((snapshot) => snapshot.store === store);
  if (of.length === 0) throw notFound(`there is no snapshot of "${store}"`);
  const until = when === "latest" ? Number.POSITIVE_INFINITY : timeOf(when);
  const found = newest(of.filter(({ createdAt }) => Date.parse(createdAt) <= until));
  if (found !== null) return found;
  throw notFound(`"${store}" has no snapshot as old as ${when}`);
}

/** The one with the highest sequence, or null among none. */
export function newest(snapshots: readonly Snapshot[]): Snapshot | null {
  return snapshots.reduce<Snapshot | null>(
    (best, each) => (best === null || each.sequence > best.sequence ? each : best),
    null,
  );
}

function timeOf(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new SalvorError("USAGE", `"${text}" is not a time`, {
    hint: "Write it as 2026-01-31T23:00:00Z, or say latest.",
  });
}

function notFound(message: string): SalvorError {
  return new SalvorError("NOT_FOUND", message, {
    hint: '"salvor snapshots" lists those that are there.',
  });
}
