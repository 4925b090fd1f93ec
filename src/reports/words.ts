import type { Finding } from "../checks/types.ts";
import type { Severity } from "../core/finding.ts";
import type { Json } from "../core/json.ts";
import { count, counted, duration, keyText, safe } from "../core/text.ts";
import type { RunStatus, StepStatus } from "../plans/types.ts";
import type { Proof, ProofCollection } from "../receipts/proof.ts";
import type { ReportDocument, ReportKind, Standing } from "./types.ts";

/** What a word means; colours follow from it, and never stand without the word. */
export type Tone = "good" | "warn" | "bad" | "calm";

/** Longer texts are cut in what people read; the JSON has all of them. */
const TEXT_MAX = 2_000;

/** So many entries of one list stand in what people read; the JSON has all of them. */
export const ENTRIES_MAX = 10_000;

/** Worst first. */
export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

/** What a report is called. */
export const TITLES: Readonly<Record<ReportKind, string>> = {
  status: "Status report",
  run: "Report of a recovery",
  incident: "Report of an incident",
  period: "Report of a period",
};

/** How the verdict is marked. */
export const STANDING_TONES: Readonly<Record<Standing, Tone>> = {
  sound: "good",
  losses: "warn",
  unsound: "bad",
};

/** The word beside the verdict's sign. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  sound: "Sound",
  losses: "Done, with losses",
  unsound: "Needs action",
};

/** How the severity of a finding is marked. */
export const SEVERITY_TONES: Readonly<Record<Severity, Tone>> = {
  critical: "bad",
  high: "bad",
  medium: "warn",
  low: "calm",
  info: "calm",
};

/** How far a finding, a run or a step has come is marked. */
export const STATUS_TONES: Readonly<Record<Finding["status"] | RunStatus | StepStatus, Tone>> = {
  open: "bad",
  acknowledged: "warn",
  resolved: "good",
  planned: "calm",
  pending: "calm",
  running: "warn",
  awaiting_approval: "warn",
  succeeded: "good",
  failed: "bad",
  undone: "warn",
  interrupted: "bad",
  cancelled: "warn",
  skipped: "calm",
};

/** `awaiting approval` */
export function plainWord(word: string): string {
  return word.replaceAll("_", " ");
}

/** Text that is not longer than a person reads, cut between characters. */
export function cut(text: string): string {
  if (text.length <= TEXT_MAX) return text;
  const head = text.slice(0, TEXT_MAX).replace(/[\uD800-\uDBFF]$/, "");
  return `${head}… (${count(text.length)} characters)`;
}

/** A key as people read it, not longer than they do. */
export function shortKey(key: Json): string {
  return cut(keyText(key));
}

/** `page 5, table track, key track_id=7` */
export function locationText(location: object): string {
  const members = Object.entries(location) as [string, Json | undefined][];
  return members
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${LOCATION_WORDS.get(name) ?? name} ${placeText(value ?? null)}`)
    .join(", ");
}

const LOCATION_WORDS: ReadonlyMap<string, string> = new Map([
  ["rowids", "row ids"],
  ["col", "column"],
  ["pointer", "at"],
]);

function placeText(value: Json): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (!Array.isArray(value) || value.length !== 2) return shortKey(value);
  const [from = null, to = null] = value as readonly Json[];
  // Of row ids, an open end is the last number that a program can count on.
  if (from === Number.MIN_SAFE_INTEGER) return `up to ${placeText(to)}`;
  if (to === Number.MAX_SAFE_INTEGER) return `from ${placeText(from)} on`;
  return `${placeText(from)}–${placeText(to)}`;
}

/** Evidence as lines, none of which can do anything to whoever reads them. */
export function evidenceLines(evidence: string): readonly string[] {
  return evidence.split(/\r?\n/).map(safe);
}

/** A duration, or a dash. */
export function durationText(ms: number | null): string {
  return ms === null ? "–" : duration(ms);
}

/** `equal` or the first thing that is not, of one collection. */
export function collectionVerdict({ expected, actual, total }: ProofCollection): string {
  if (expected === null) return "not expected";
  if (actual === null) return "gone";
  if (expected.digest === actual.digest) return "equal";
  const parts = (["missing", "extra", "changed"] as const)
    .filter((kind) => total[kind] > 0)
    .map((kind) => `${count(total[kind])} ${kind}`);
  return parts.length === 0 ? "differs" : parts.join(", ");
}

/** What of a proof is not about rows: schema, references, rules; empty when all is as expected. */
export function otherDifferences({ schema, references, rules }: Proof): readonly string[] {
  return [
    ...schema.missing.map((element) => `schema: ${element} is gone`),
    ...schema.extra.map((element) => `schema: ${element} is new`),
    ...schema.changed.map(
      ({ element, differs }) => `schema: ${element} differs: ${differs.join(", ")}`,
    ),
    ...references
      .filter(({ expected, actual }) => expected !== actual)
      .map(
        ({ from, to, expected, actual }) =>
          `${from} → ${to}: ${orphans(actual)} pointing nowhere, expected ${orphans(expected)}`,
      ),
    ...rules
      .filter(({ breaches }) => breaches > 0)
      .map(({ name, breaches }) => `rule ${name}: breached by ${counted(breaches, "row")}`),
  ];
}

function orphans(value: number | null): string {
  return value === null ? "unknown" : counted(value, "row");
}

/** `restored 12, newer 3`: where rows come from, as far as there are any. */
export function originsText({ origins }: Proof): string {
  return Object.entries(origins)
    .filter(([, rows]) => rows > 0)
    .map(([name, rows]) => `${name} ${count(rows)}`)
    .join(", ");
}

/** Rows of a proof as they were expected and as they are. */
export function proofCounts({ collections }: Proof): {
  readonly expected: number;
  readonly actual: number;
} {
  const sum = (side: "expected" | "actual") =>
    collections.reduce((total, each) => total + (each[side]?.count ?? 0), 0);
  return { expected: sum("expected"), actual: sum("actual") };
}

/** What is said where no loss is named: before everything is mended, nobody knows. */
export function noLosses({ sound }: ReportDocument["summary"]): string {
  return sound ? "Nothing was lost." : "No loss is known so far.";
}

/** One number of the first page, with its name. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly tone: Tone;
}

/** The numbers of the first page. */
export function figures({ summary }: ReportDocument): readonly Figure[] {
  const { findings, losses, proofs, durationMs, rpoMs } = summary;
  const all = proofs.equal + proofs.unequal;
  const proven = all === 0 ? "none" : `${count(proofs.equal)} of ${count(all)}`;
  return [
    {
      name: "Open findings",
      value: count(findings.open),
      tone: findings.open > 0 ? "bad" : "calm",
    },
    { name: "Resolved", value: count(findings.resolved), tone: "calm" },
    { name: "Losses", value: count(losses), tone: losses > 0 ? "warn" : "calm" },
    { name: "Proofs equal", value: proven, tone: proofs.unequal > 0 ? "bad" : "calm" },
    ...(rpoMs === null ? [] : [figure("Restored content was older by", duration(rpoMs))]),
    ...(durationMs === null ? [] : [figure("Time worked", duration(durationMs))]),
  ];
}

function figure(name: string, value: string): Figure {
  return { name, value, tone: "calm" };
}
