import type { Finding } from "../checks/types.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import type { Proof } from "../receipts/proof.ts";
import { summarize } from "./summarize.ts";
import { timelineOf } from "./timeline.ts";
import type { ReportDocument, ReportKind, ReportRun, ReportStore, TimelineEntry } from "./types.ts";

/** So many bytes of a damaged thing are shown. */
const EVIDENCE_BYTES = 256;

/** A run as the application has it. */
export type RunInput = Omit<ReportRun, "restoredFrom"> & {
  readonly restoredFrom?: ReportRun["restoredFrom"] | undefined;
};

/** What a report is made of. */
export interface ReportInput {
  readonly kind: ReportKind;
  readonly command: string;
  readonly system: string;
  /** RFC 3339 in UTC, as all times here. */
  readonly generatedAt: string;
  readonly stores: readonly ReportStore[];
  readonly findings: readonly Finding[];
  readonly incidents?: readonly JsonObject[] | undefined;
  readonly runs?: readonly RunInput[] | undefined;
  /** Proofs beside those of the runs. */
  readonly proofs?: readonly Proof[] | undefined;
  /** Losses beside those of the runs. */
  readonly losses?: readonly Loss[] | undefined;
  readonly statistics?: Readonly<Record<string, Json>> | undefined;
  /** What happened beside findings, runs and incidents: looks, backups, drills. */
  readonly events?: readonly TimelineEntry[] | undefined;
  /** Of the whole; without it the runs' time is added up. */
  readonly durationMs?: number | null | undefined;
}

/** The one model behind every format: adds the verdict and the order of events. Pure. */
export function buildReport(input: ReportInput): ReportDocument {
  const { kind, command, system, generatedAt, stores } = input;
  const runs = (input.runs ?? []).map(reportRun);
  const content = {
    stores,
    findings: input.findings.map(withShortEvidence),
    incidents: input.incidents ?? [],
    runs,
    proofs: [...new Set([...runs.flatMap(proofsOf), ...(input.proofs ?? [])])],
    losses: [...new Set([...runs.flatMap(({ losses }) => losses), ...(input.losses ?? [])])],
  };
  return {
    formatVersion: 1,
    kind,
    command,
    system,
    generatedAt,
    summary: summarize(system, content, input.durationMs ?? null),
    ...content,
    statistics: input.statistics ?? {},
    timeline: timelineOf(content, input.events ?? []),
  };
}

/** An equal proof of a run that then failed is about what stood beside: it would comfort wrongly. */
function proofsOf({ status, proofs }: ReportRun): readonly Proof[] {
  return status === "succeeded" ? proofs : proofs.filter(({ equal }) => !equal);
}

/** Exactly what a report tells of a run, whatever else its maker knows. */
function reportRun(run: RunInput): ReportRun {
  return {
    id: run.id,
    plan: run.plan,
    subject: run.subject,
    by: run.by,
    reason: run.reason,
    status: run.status,
    progress: run.progress,
    startedAt: run.startedAt,
    durationMs: run.durationMs,
    rpoMs: run.rpoMs,
    restoredFrom: run.restoredFrom ?? null,
    quarantine: run.quarantine,
    steps: run.steps,
    losses: run.losses,
    proofs: run.proofs,
  };
}

function withShortEvidence(finding: Finding): Finding {
  const evidence = firstBytes(finding.evidence, EVIDENCE_BYTES);
  return evidence === finding.evidence ? finding : { ...finding, evidence };
}

/** As many whole characters as fit into `sizeMax` bytes of UTF-8. */
function firstBytes(text: string, sizeMax: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(sizeMax));
  return text.slice(0, read);
}
