import { backupObservations } from "../checks/backup-observations.ts";
import { baselineOf, countOf } from "../checks/baseline.ts";
import { compareCounts } from "../checks/compare-counts.ts";
import { compareStructure } from "../checks/compare-structure.ts";
import { presentIn } from "../checks/present.ts";
import type { Finding } from "../checks/types.ts";
import type { Expectations } from "../receipts/suspicion.ts";
import type { Snapshot } from "../repository/types.ts";
import type { PutBackSource } from "./remedies.ts";

/** Where missing rows come from. */
export interface PutBackSources {
  readonly sources: readonly PutBackSource[];
  /** Findings that no snapshot can mend. */
  readonly without: readonly Finding[];
}

/**
 * For each collection that lacks rows, the newest snapshot that has them: the one that the look held
 * the store against, or a later one that has no fewer.
 */
export function putBackSources(
  given: {
    readonly snapshots: readonly Snapshot[];
    readonly expect: Expectations;
    readonly findings: readonly Finding[];
  },
  findings: readonly Finding[],
): PutBackSources {
  const settled = acknowledged(given.findings);
  const sources = new Map<string, PutBackSource>();
  const without: Finding[] = [];
  for (const finding of findings) {
    const known = knownThen(given.snapshots, finding);
    const collections = collectionsOf(finding, known, given.expect).filter(
      (name) => !settled.has(name) || finding.location.table === name,
    );
    const found = collections.flatMap((name) => {
      const candidates = holdersOf(name, known, given.expect);
      return candidates.length === 0 ? [] : [{ name, candidates }];
    });
    if (found.length === 0) without.push(finding);
    for (const { name, candidates } of found) add(sources, name, candidates);
  }
  return { sources: parentsFirst([...sources.values()]), without };
}

/** Each source has a transaction of its own, and a row whose parent is not back yet is refused. */
function parentsFirst(sources: readonly PutBackSource[]): readonly PutBackSource[] {
  const ordered: PutBackSource[] = [];
  for (let rest = sources; rest.length > 0;) {
    const free = rest.filter((each) => !rest.some((other) => other !== each && needs(each, other)));
    const next = free.length > 0 ? free : rest; // those that need each other come as they are
    ordered.push(...next);
    rest = rest.filter((each) => !next.includes(each));
  }
  return ordered;
}

/** Does a collection of one refer to a collection of the other? */
function needs(one: PutBackSource, other: PutBackSource): boolean {
  const references = one.candidates[0]?.receipt.references ?? [];
  const isOf = (place: string, { collections }: PutBackSource): boolean =>
    collections.some((name) => place.startsWith(`${name}.`));
  return references.some(({ from, to }) => isOf(from, one) && isOf(to, other));
}

/** Collections of which somebody knows that they lack rows, and wants it so. */
function acknowledged(findings: readonly Finding[]): ReadonlySet<string> {
  const known = findings.filter(({ status }) => status === "acknowledged");
  return new Set(known.flatMap(({ location }) => location.table ?? []));
}

function add(
  sources: Map<string, PutBackSource>,
  name: string,
  candidates: readonly Snapshot[],
): void {
  const key = candidates.map(({ id }) => id).join(" ");
  const others = sources.get(key)?.collections ?? [];
  // Several findings may name one collection: the first that has a snapshot decides.
  if ([...sources.values()].some(({ collections }) => collections.includes(name))) return;
  sources.set(key, { collections: [...others, name].toSorted(), candidates });
}

/** What was backed up after the look may lack the same rows, and nobody has judged it. */
function knownThen(
  snapshots: readonly Snapshot[],
  { kind, lastSeenAt }: Finding,
): readonly Snapshot[] {
  if (kind === "backup") return snapshots;
  const then = snapshots.filter(({ createdAt }) => createdAt <= lastSeenAt);
  return then.length === 0 ? snapshots : then;
}

/** A suspicious backup names no collection, so what is suspicious in it is asked again. */
function collectionsOf(
  { location, kind }: Finding,
  snapshots: readonly Snapshot[],
  expect: Expectations,
): readonly string[] {
  if (location.table !== undefined) return [location.table];
  const last = kind === "backup" ? baselineOf(snapshots, expect) : null;
  const newest = last?.doubtful.at(-1);
  if (last === null || newest === undefined) return [];
  if (backupObservations(last, expect).length === 0) return [];
  const now = presentIn(newest.receipt);
  const seen = [
    ...compareCounts(last, now, expect),
    ...compareStructure(last, { ...now, elements: null }, expect).observations,
  ];
  const urgent = seen.filter(({ severity }) => severity === "critical" || severity === "high");
  return [...new Set(urgent.flatMap((each) => each.location.table ?? []))];
}

/** Snapshots with at least as many rows as the one that the store is held against, newest first. */
function holdersOf(
  name: string,
  snapshots: readonly Snapshot[],
  expect: Expectations,
): readonly Snapshot[] {
  const last = baselineOf(snapshots, expect);
  // One that does not have it at all expects nothing of those before.
  const rows = last === null ? 0 : (countOf(last.snapshot.receipt, name) ?? 0);
  return snapshots
    .filter(({ receipt }) => (countOf(receipt, name) ?? -1) >= rows)
    .toSorted((a, b) => b.sequence - a.sequence);
}
