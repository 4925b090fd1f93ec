import type { Observation } from "../core/finding.ts";

/** How far the life of a finding has come. */
export type FindingStatus = "open" | "acknowledged" | "resolved";

/** One damage or breach that was seen, with its life: an observation that is remembered. */
export interface Finding extends Observation {
  /** `finding_` and 32 hex digits: a hash of code, store and normalised location. */
  readonly id: string;
  readonly status: FindingStatus;
  /** Null when it is about no store. */
  readonly store: string | null;
  /** The looks that see it: only they can resolve it by seeing it no more. */
  readonly kind: FindingKind;
  /** Paths or objects that it hurts. */
  readonly affected: readonly string[];
  readonly detectedAt: string;
  readonly lastSeenAt: string;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  readonly resolvedAt: string | null;
  readonly resolutionNotes: string | null;
}

/** What a finding comes from. */
export type FindingKind = "audit" | "integrity" | "scan" | "backup";

/** What one look at one store has shown, to be remembered. */
export interface Seen {
  readonly store: string | null;
  readonly kind: FindingKind;
  readonly observations: readonly Observation[];
  /** Only a complete look resolves what it no longer sees. */
  readonly complete: boolean;
}
