import type { Finding } from "../checks/types.ts";
import type { Severity } from "../core/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { counted } from "../core/text.ts";
import type { ReportContent } from "./summarize.ts";
import type { ReportRun, ReportStore, TimelineEntry } from "./types.ts";

const WORST_FIRST: readonly Severity[] = ["critical", "high", "medium", "low", "info"];

/** Everything that happened, oldest first; findings of one look are one entry. */
export function timelineOf(
  { findings, incidents, runs, stores }: ReportContent,
  events: readonly TimelineEntry[],
): readonly TimelineEntry[] {
  const all = [
    ...stores.flatMap(backupEntries),
    ...foundEntries(findings),
    ...incidents.flatMap(incidentEntries),
    ...runs.flatMap(runEntries),
    ...resolvedEntries(findings),
    ...events,
  ];
  return all.toSorted((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1));
}

function backupEntries({ store, backup }: ReportStore): readonly TimelineEntry[] {
  if (backup === null) return [];
  const text = `newest backup of ${store}, level ${backup.level}`;
  return [{ at: backup.at, type: "backup", text, durationMs: null }];
}

function foundEntries(findings: readonly Finding[]): readonly TimelineEntry[] {
  return grouped(findings, ({ detectedAt, kind, store }) => [detectedAt, kind, store]).map(
    ([{ detectedAt, kind, store }, group]) => {
      const worst = WORST_FIRST.find((each) => group.some(({ severity }) => severity === each));
      const where = store === null ? "" : ` of ${store}`;
      const text = `the ${kind}${where} found ${what(group)}, at worst ${worst ?? "info"}`;
      return { at: detectedAt, type: "finding", text, durationMs: null };
    },
  );
}

function resolvedEntries(findings: readonly Finding[]): readonly TimelineEntry[] {
  const resolved = findings.filter(({ resolvedAt }) => resolvedAt !== null);
  return grouped(resolved, ({ resolvedAt, store }) => [resolvedAt, store]).map(
    ([{ resolvedAt, store }, group]) => ({
      at: resolvedAt ?? "",
      type: "resolved",
      text: `${what(group)}${store === null ? "" : ` of ${store}`} resolved`,
      durationMs: null,
    }),
  );
}

/** One finding by its title, several by their number. */
function what(group: readonly Finding[]): string {
  const [first] = group;
  return group.length === 1 && first !== undefined
    ? `"${first.title}"`
    : counted(group.length, "finding");
}

/** Groups by a key, each with its first member, in the order of their first members. */
function grouped(
  findings: readonly Finding[],
  keyOf: (finding: Finding) => readonly (string | null)[],
): readonly (readonly [first: Finding, group: readonly Finding[]])[] {
  const groups = new Map<string, [Finding, Finding[]]>();
  for (const finding of findings) {
    const key = JSON.stringify(keyOf(finding));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding, [finding]]);
    else group[1].push(finding);
  }
  return [...groups.values()];
}

function runEntries(run: ReportRun): readonly TimelineEntry[] {
  if (run.startedAt === null) return [];
  const why = run.reason === null ? "" : `: ${run.reason}`;
  const text = `run ${run.plan} of ${run.subject.join(", ")} by ${run.by}, ${run.status}${why}`;
  return [
    { at: run.startedAt, type: "run", text, durationMs: run.durationMs },
    ...run.steps.flatMap(({ startedAt, name, status, durationMs, error }) => {
      if (startedAt === null) return [];
      const end = error === null ? status : `${status}: ${error.message}`;
      return [{ at: startedAt, type: "step", text: `${name}: ${end}`, durationMs }];
    }),
  ];
}

/** An incident's own history, as far as it has the members that incidents have. */
function incidentEntries(incident: JsonObject): readonly TimelineEntry[] {
  const name = `${textOf(incident["failure"])} of ${textOf(incident["component"])}`;
  const opened = { at: incident["openedAt"], text: `incident opened: ${name}` };
  const events = Array.isArray(incident["events"]) ? (incident["events"] as readonly Json[]) : [];
  const told = events.filter(isJsonObject).map(({ at, type, outcome }) => ({
    at,
    text: `incident ${name}: ${[type, outcome].filter((part) => typeof part === "string").join(", ")}`,
  }));
  return [opened, ...told].flatMap(({ at, text }) =>
    typeof at === "string" ? [{ at, type: "incident", text, durationMs: null }] : [],
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "something";
}
