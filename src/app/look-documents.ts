import type { Finding } from "../checks/types.ts";
import type { JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import type { Proof } from "../receipts/proof.ts";
import type { FileFacts, PageRun } from "../stores/facts.ts";
import type { ReportPaths, RunDocument } from "./run-document.ts";

/** One store that was looked at. */
export interface LookedStore {
  readonly store: string;
  /** No open finding of severity medium or above, from whichever look. */
  readonly sound: boolean;
  /** How many things were looked at: pages, rows, constraints. */
  readonly checked: number;
  /** False when a part could not be looked at. */
  readonly complete: boolean;
  readonly durationMs: number;
}

/** What a look has shown, over all stores that were asked for. */
export interface LookDocument<Store extends LookedStore> {
  readonly at: string;
  readonly sound: boolean;
  readonly stores: readonly Store[];
  /** All findings of these stores that are not resolved, worst first. */
  readonly findings: readonly Finding[];
  /** Ids of the open ones that are critical. */
  readonly criticalIssues: readonly string[];
  readonly reports: ReportPaths | null;
}

/** What an audit shows of a store. */
export interface AuditedStore extends LookedStore {
  readonly collections: Readonly<Record<string, number>>;
  readonly files: readonly FileFacts[];
  /** Held against the last receipt that is not suspicious. */
  readonly structure: {
    readonly ok: boolean;
    readonly missing: readonly string[];
    readonly unexpected: readonly string[];
  };
  readonly metadata: { readonly ok: boolean; readonly differences: readonly string[] };
  readonly properties: JsonObject;
}

/** Is everything there, and the shape that it should have? */
export type AuditDocument = LookDocument<AuditedStore>;

/** Do the data keep their rules? */
export type IntegrityDocument = LookDocument<IntegrityStore>;

/** What an integrity check shows of a store. */
export interface IntegrityStore extends LookedStore {
  /** The owner's rules, with how many rows break each. */
  readonly rules: readonly { readonly name: string; readonly breaches: number }[];
}

/** What a scan shows of a store. */
export interface ScannedStore extends LookedStore {
  readonly pages: Readonly<Record<string, number>>;
  readonly pageMap: readonly PageRun[];
  /** Pages that changed since the newest snapshot although nothing was committed. */
  readonly silentChanges: "none" | "found" | "cannot tell";
}

/** Is anything physically damaged? */
export type ScanDocument = LookDocument<ScannedStore>;

/** Findings, worst first. */
export interface FindingsDocument {
  readonly findings: readonly Finding[];
}

/** One finding, as it is now. */
export interface FindingDocument {
  readonly finding: Finding;
}

/** The five steps of a recovery. */
export interface FullRecoveryDocument {
  /** Afterwards: no store has an open finding of severity medium or above. */
  readonly sound: boolean;
  readonly steps: {
    readonly audit: AuditDocument;
    readonly integrity: IntegrityDocument;
    readonly scan: ScanDocument;
    /** What was decided for each store, and what came of it. */
    readonly recover: {
      readonly remedies: readonly {
        readonly store: string;
        readonly remedy: string;
        readonly why: string;
      }[];
      readonly status: RunDocument["status"] | "not needed";
    };
    readonly verify: {
      readonly ok: boolean;
      readonly proofs: number;
      readonly findings: readonly Finding[];
    };
  };
  readonly run: RunDocument | null;
  readonly proof: Proof | null;
  readonly losses: readonly Loss[];
  readonly durationMs: number;
  readonly reports: ReportPaths | null;
}
