import { moment, shortId } from "../core/text.ts";
import type { JsonObject } from "../core/json.ts";
import { suspiciousDrops, type Expectations } from "../receipts/suspicion.ts";
import type { Receipt } from "../receipts/types.ts";

/** What is asked of a snapshot. */
export interface PastSnapshot {
  readonly id: string;
  readonly createdAt: string;
  /** Counts up within one store. */
  readonly sequence: number;
  readonly receipt: Receipt;
  /** Suspicious drops since the one before that nobody has acknowledged. */
  readonly drops: readonly string[];
}

/** What a store is held against. */
export interface Baseline {
  /** The newest snapshot that no suspicious drop lies before. */
  readonly snapshot: PastSnapshot;
  /** Newer ones, oldest first: backups of what may have lost something. */
  readonly doubtful: readonly PastSnapshot[];
}

/**
 * The snapshot that a store is held against: the newest one, unless it was taken after a suspicious
 * drop that nobody has acknowledged. Each backup is judged against the one before it, so only the
 * first one after a drop carries it; those behind it have lost the same rows and look innocent. So
 * the last one before the drop (which is pinned for that long) stays the baseline, until somebody
 * acknowledges the drop, or a later snapshot lacks nothing of it by what is expected today: then
 * what was gone is back. A snapshot of content that could not all be read is passed over, as long as
 * there is another one. Null without snapshots.
 *
 * @param snapshots of one store, in any order.
 */
export function baselineOf(
  snapshots: readonly PastSnapshot[],
  expect: Expectations,
): Baseline | null {
  return snapshots
    .toSorted((a, b) => a.sequence - b.sequence)
    .reduce<Baseline | null>((before, next) => {
      if (before !== null && isHurt(next) && !isHurt(before.snapshot)) return before;
      if (before === null || !isDoubtful(before, next, expect))
        return { snapshot: next, doubtful: [] };
      return { ...before, doubtful: [...before.doubtful, next] };
    }, null);
}

/** It was taken of content that could not all be read, as the one that a recovery begins with. */
function isHurt({ receipt: { recorded } }: PastSnapshot): boolean {
  return Array.isArray(recorded["unreadable"]);
}

function isDoubtful(before: Baseline, next: PastSnapshot, expect: Expectations): boolean {
  if (before.doubtful.length === 0 && next.drops.length === 0) return false;
  return dropsSince(before, next, expect).length > 0;
}

/** What a later snapshot of a store makes suspicious, a sentence each. */
export function dropsSince(
  { snapshot }: Baseline,
  next: PastSnapshot,
  expect: Expectations,
): readonly string[] {
  const skip = internalCollections(snapshot.receipt.recorded, next.receipt.recorded);
  return suspiciousDrops(snapshot.receipt, next.receipt, expect, skip);
}

/** The newest snapshot that has this many rows of a collection: `3f9a… of 2026-11-21 04:02 UTC`. */
export function holderOf(
  { snapshot, doubtful }: Baseline,
  collection: string,
  rows: number,
): string {
  const later = doubtful.findLast(({ receipt }) => (countOf(receipt, collection) ?? -1) >= rows);
  const { id, createdAt } = later ?? snapshot;
  return `${shortId(id)} of ${moment(createdAt)}`;
}

/** Rows of a collection, or null when the receipt has none of that name. */
export function countOf({ collections }: Receipt, name: string): number | null {
  return Object.hasOwn(collections, name) ? (collections[name]?.count ?? null) : null;
}

/** Shadow tables and the like, as drivers record them: a drop in them is nobody's loss. */
export function internalCollections(...recorded: readonly JsonObject[]): ReadonlySet<string> {
  const lists = recorded.map(({ internal }) => internal);
  return new Set(lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : [])));
}
