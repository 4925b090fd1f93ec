import { SalvorError } from "../core/errors.ts";
import type { Location, Observation } from "../core/finding.ts";
import { findingId } from "./finding-id.ts";
import { rankOf } from "./severity.ts";
import type { Finding, FindingChange, FindingKind, Seen } from "./types.ts";

/** Descriptions that a finding quotes when several things were seen at its place. */
const QUOTED_MAX = 3;

/** How a resolution is explained that no person made. */
export const NO_LONGER_SEEN = "no longer seen";

/** One damage that a look has seen. */
export interface Sighting {
  readonly id: string;
  readonly store: string | null;
  readonly kind: FindingKind;
  readonly observation: Observation;
}

/** The damages of one look, each once: what was seen twice at one place is one damage. */
export function sightingsOf({ store, kind, observations }: Seen): readonly Sighting[] {
  const byId = new Map<string, Observation[]>();
  for (const each of observations) {
    const id = findingId(store, each);
    const known = byId.get(id);
    if (known === undefined) byId.set(id, [each]);
    else known.push(each);
  }
  return [...byId].map(([id, same]) => ({ id, store, kind, observation: merged(same) }));
}

/** The worst speaks for all; the others are quoted or counted. */
function merged(same: readonly Observation[]): Observation {
  const worst = same.reduce((a, b) => (rankOf(b.severity) < rankOf(a.severity) ? b : a));
  const others = new Set(same.map(({ description }) => description));
  others.delete(worst.description);
  if (others.size === 0) return worst;
  const quoted = [worst.description, ...others].slice(0, QUOTED_MAX);
  const more = others.size + 1 - quoted.length;
  const tail = more > 0 ? ` (and ${more} more)` : "";
  return { ...worst, description: `${quoted.join("; ")}${tail}` };
}

/** Pure: what becomes of a damage that is seen. `known` is null when it never was before. */
export function decideSeen(known: Finding | null, sighting: Sighting, at: string): FindingChange {
  const { observation, kind } = sighting;
  if (known === null) return { change: "opened", finding: opened(sighting, [kind], at) };

  const seenBy = known.seenBy.includes(kind) ? known.seenBy : [...known.seenBy, kind];
  if (known.status === "resolved")
    return { change: "reopened", finding: opened(sighting, seenBy, at) };
  const seen = { ...known, ...observed(observation), kind, seenBy, lastSeenAt: at };
  if (known.status === "acknowledged" && isWorse(observation, known))
    return { change: "reopened", finding: { ...seen, ...NOT_ACKNOWLEDGED, status: "open" } };
  return { change: "seen", finding: seen };
}

/**
 * Pure: what becomes of a known finding that a complete look at its store did not see. Null when
 * that look has never been able to see it, or nothing changes.
 */
export function decideUnseen(known: Finding, kind: FindingKind, at: string): FindingChange | null {
  if (!known.seenBy.includes(kind)) return null;
  return decideResolve(known, { by: null, notes: NO_LONGER_SEEN, at });
}

/** Who takes note of a finding. */
export interface Acknowledgement {
  readonly by: string;
  readonly notes: string | null;
  readonly at: string;
}

/** Pure: somebody takes note. Null when somebody has before. REFUSED when it is resolved. */
export function decideAcknowledge(
  known: Finding,
  { by, notes, at }: Acknowledgement,
): FindingChange | null {
  if (known.status === "acknowledged") return null;
  if (known.status === "resolved") {
    throw new SalvorError("REFUSED", `${known.id} was resolved on ${known.resolvedAt ?? "?"}`, {
      hint: "There is nothing to take note of: the next look that sees it again opens it again.",
    });
  }
  const finding: Finding = {
    ...known,
    status: "acknowledged",
    acknowledgedAt: at,
    acknowledgedBy: by,
    acknowledgementNotes: notes,
    acknowledgedSeverity: known.severity,
  };
  return { change: "acknowledged", finding };
}

/** How a finding ends. */
export interface Resolution {
  /** Null when no person did, but a look or a run. */
  readonly by: string | null;
  readonly notes: string | null;
  readonly at: string;
}

/** Pure: a finding ends; null when it has before. What is still there opens with the next look. */
export function decideResolve(known: Finding, { by, notes, at }: Resolution): FindingChange | null {
  if (known.status === "resolved") return null;
  const ended = { status: "resolved", resolvedAt: at, resolvedBy: by } as const;
  return { change: "resolved", finding: { ...known, ...ended, resolutionNotes: notes } };
}

const NOT_ACKNOWLEDGED = {
  acknowledgedAt: null,
  acknowledgedBy: null,
  acknowledgementNotes: null,
  acknowledgedSeverity: null,
} as const;

function opened(
  { id, store, kind, observation }: Sighting,
  seenBy: readonly FindingKind[],
  at: string,
): Finding {
  return {
    id,
    status: "open",
    store,
    kind,
    seenBy,
    ...observed(observation),
    detectedAt: at,
    lastSeenAt: at,
    ...NOT_ACKNOWLEDGED,
    resolvedAt: null,
    resolvedBy: null,
    resolutionNotes: null,
  };
}

/** What each look tells anew. */
function observed(seen: Observation): Observation & Pick<Finding, "affected"> {
  return {
    code: seen.code,
    title: seen.title,
    description: seen.description,
    severity: seen.severity,
    category: seen.category,
    location: seen.location,
    affected: affectedBy(seen.location),
    evidence: seen.evidence,
    remedies: seen.remedies,
  };
}

function affectedBy({ file, table, column, index }: Location): readonly string[] {
  const object = table !== undefined && column !== undefined ? `${table}.${column}` : table;
  return [file, object, index].filter((each) => each !== undefined);
}

function isWorse({ severity }: Observation, { acknowledgedSeverity, ...known }: Finding): boolean {
  return rankOf(severity) < rankOf(acknowledgedSeverity ?? known.severity);
}
