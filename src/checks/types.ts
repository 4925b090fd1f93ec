import type { Location, Observation, Severity } from "../core/finding.ts";

/** How far the life of a finding has come. */
export type FindingStatus = "open" | "acknowledged" | "resolved";

/** One damage or breach that was seen, with its life: an observation that is remembered. */
export interface Finding extends Observation {
  /** `finding_` and 32 hex digits: a hash of code, store and normalised location. */
  readonly id: string;
  readonly status: FindingStatus;
  /** Null when it is about no store. */
  readonly store: string | null;
  /** The look that saw it last. */
  readonly kind: FindingKind;
  /** All looks that have seen it: any of them resolves it by seeing it no more, no other does. */
  readonly seenBy: readonly FindingKind[];
  /** Paths or objects that it hurts. */
  readonly affected: readonly string[];
  /** When it was seen first, or first again after it had been resolved. */
  readonly detectedAt: string;
  readonly lastSeenAt: string;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly acknowledgementNotes: string | null;
  /** How bad it was when somebody took note of it: when it gets worse, that no longer holds. */
  readonly acknowledgedSeverity: Severity | null;
  readonly resolvedAt: string | null;
  /** Null when no person did, but a look or a run. */
  readonly resolvedBy: string | null;
  readonly resolutionNotes: string | null;
}

/** What a finding comes from. */
export type FindingKind = "audit" | "integrity" | "scan" | "backup";

/** What tells one damage from another within a store. */
export type Place = Pick<Observation, "code"> & { readonly location: Location };

/** What one look at one store has shown, to be remembered. */
export interface Seen {
  readonly store: string | null;
  readonly kind: FindingKind;
  readonly observations: readonly Observation[];
  /** Only a complete look resolves what it no longer sees. */
  readonly complete: boolean;
  /** What an otherwise complete look could not look at: what is known there stays as it is. */
  readonly blind?: readonly Place[];
}

/** What became of one finding. */
export interface FindingChange {
  readonly change: "opened" | "reopened" | "seen" | "resolved" | "acknowledged";
  readonly finding: Finding;
}
