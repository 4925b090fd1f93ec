import type { Finding } from "../checks/types.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import type { RunRecord } from "../plans/types.ts";
import type { Proof } from "../receipts/proof.ts";

/** How a report can be written. */
export type ReportFormat = "json" | "xml" | "html" | "md";

/** What a report is about. */
export type ReportKind = "status" | "run" | "incident" | "period";

/** A run as a report tells it. */
export interface ReportRun extends RunRecord {
  readonly rpoMs: number | null;
  /** The backup that it restored; null when it restored none. */
  readonly restoredFrom: { readonly snapshot: string; readonly at: string } | null;
  readonly quarantine: string | null;
  readonly losses: readonly Loss[];
  readonly proofs: readonly Proof[];
}

/** One store on the first page. */
export interface ReportStore {
  readonly store: string;
  readonly driver: string;
  readonly sound: boolean;
  /** Rows by collection, where an audit told them. */
  readonly collections: Readonly<Record<string, number>> | null;
  /** Pages by verdict, where a scan told them. */
  readonly pages: Readonly<Record<string, number>>;
  readonly pageMap: readonly {
    readonly pages: readonly [number, number];
    readonly verdict: string;
  }[];
  readonly backup: {
    readonly snapshot: string;
    readonly at: string;
    readonly level: string;
  } | null;
  readonly durationMs: number | null;
}

/** One thing that happened, in its order. */
export interface TimelineEntry {
  readonly at: string;
  /** What kind: `audit`, `finding`, `run`, `step`, `backup`, … */
  readonly type: string;
  readonly text: string;
  readonly durationMs: number | null;
}

/** How the system stands: `losses` means that nothing is wrong but what is gone for good. */
export type Standing = "sound" | "losses" | "unsound";

/** The first lines of a report. */
export interface ReportSummary {
  /** One sentence: what is the case now. */
  readonly verdict: string;
  readonly standing: Standing;
  /**
   * No open finding of medium or above; of the newest run of each subject: no loss, all proofs equal,
   * neither failed nor waiting.
   */
  readonly sound: boolean;
  readonly findings: {
    readonly open: number;
    readonly acknowledged: number;
    readonly resolved: number;
  };
  readonly losses: number;
  readonly proofs: { readonly equal: number; readonly unequal: number };
  readonly durationMs: number | null;
  readonly rpoMs: number | null;
}

/** The one model behind every format; in XML the root is `<report>` with the same names. */
export interface ReportDocument {
  readonly formatVersion: 1;
  readonly kind: ReportKind;
  /** What was asked for: `audit`, `full-recovery`, `generate-report`, … */
  readonly command: string;
  readonly system: string;
  readonly generatedAt: string;
  readonly summary: ReportSummary;
  readonly stores: readonly ReportStore[];
  readonly findings: readonly Finding[];
  readonly incidents: readonly JsonObject[];
  readonly runs: readonly ReportRun[];
  readonly proofs: readonly Proof[];
  readonly losses: readonly Loss[];
  readonly statistics: Readonly<Record<string, Json>>;
  readonly timeline: readonly TimelineEntry[];
}
