import type { Retention } from "./types.ts";

/** What retention needs to know of a snapshot. */
export interface RetentionSubject {
  readonly id: string;
  readonly store: string;
  readonly sequence: number;
  /** RFC 3339 in UTC. */
  readonly createdAt: string;
  readonly pins: readonly string[];
}

/** A rule keeps the newest snapshot of each of its newest `keep` buckets. */
interface Rule {
  readonly name: string;
  readonly keep: number;
  readonly bucket: (subject: RetentionSubject) => string;
}

/** Pure: does any rule keep anything by itself? */
export function hasRule(retention: Retention): boolean {
  return Object.values(retention).some((keep) => keep !== undefined);
}

/**
 * Pure: why each snapshot is kept; those that are not in the answer go. The newest of each store
 * always stays, and so does what is pinned. Sequences order, so that a clock that was set back
 * cannot make an old snapshot the newest.
 */
export function decideRetention(
  subjects: readonly RetentionSubject[],
  retention: Retention,
): ReadonlyMap<string, readonly string[]> {
  const kept = new Map<string, readonly string[]>();
  for (const [store, all] of Map.groupBy(subjects, (subject) => subject.store)) {
    const newestFirst = all.toSorted((a, b) => b.sequence - a.sequence);
    for (const [id, reasons] of decideStore(store, newestFirst, rulesOf(retention)))
      kept.set(id, reasons);
  }
  return kept;
}

function rulesOf(retention: Retention): readonly Rule[] {
  return [
    { name: "last", keep: retention.keepLast ?? 0, bucket: ({ id }) => id },
    {
      name: "hourly",
      keep: retention.keepHourly ?? 0,
      bucket: (each) => each.createdAt.slice(0, 13),
    },
    {
      name: "daily",
      keep: retention.keepDaily ?? 0,
      bucket: (each) => each.createdAt.slice(0, 10),
    },
    { name: "weekly", keep: retention.keepWeekly ?? 0, bucket: (each) => weekOf(each.createdAt) },
    {
      name: "monthly",
      keep: retention.keepMonthly ?? 0,
      bucket: (each) => each.createdAt.slice(0, 7),
    },
  ];
}

function decideStore(
  store: string,
  newestFirst: readonly RetentionSubject[],
  rules: readonly Rule[],
): ReadonlyMap<string, readonly string[]> {
  const reasons = new Map<string, string[]>();
  const keep = (id: string, reason: string): void => {
    reasons.set(id, [...(reasons.get(id) ?? []), reason]);
  };
  for (const subject of newestFirst.slice(0, 1)) keep(subject.id, `the newest of ${store}`);
  for (const rule of rules) {
    const buckets = new Set<string>();
    for (const subject of newestFirst) {
      const bucket = rule.bucket(subject);
      if (buckets.has(bucket)) continue;
      if (buckets.size >= rule.keep) break;
      buckets.add(bucket);
      const number = `${rule.name} ${buckets.size} of ${rule.keep}`;
      keep(subject.id, rule.name === "last" ? number : `${number} (${bucket})`);
    }
  }
  for (const { id, pins } of newestFirst) for (const pin of pins) keep(id, pin);
  return reasons;
}

const DAY_MS = 86_400_000;

/** ISO 8601: weeks begin on Monday and belong to the year of their Thursday. */
function weekOf(createdAt: string): string {
  const day = new Date(`${createdAt.slice(0, 10)}T00:00:00Z`);
  const thursday = new Date(day.getTime() + (3 - ((day.getUTCDay() + 6) % 7)) * DAY_MS);
  const newYear = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.floor((thursday.getTime() - newYear) / (7 * DAY_MS)) + 1;
  return `${thursday.getUTCFullYear()}-W${String(week).padStart(2, "0")}`;
}
