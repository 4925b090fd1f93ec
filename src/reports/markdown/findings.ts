import type { Finding } from "../../checks/types.ts";
import { count, moment } from "../../core/text.ts";
import type { ReportDocument } from "../types.ts";
import { SEVERITIES, evidenceLines, locationText } from "../words.ts";
import { block, span, text } from "./escape.ts";
import { longList, terms } from "./lists.ts";

/** What was found, the worst first. */
export function* findingLines({ findings }: ReportDocument): Generator<string> {
  if (findings.length === 0) return yield "There are no findings.";
  for (const severity of SEVERITIES) {
    const group = findings.filter((each) => each.severity === severity);
    if (group.length === 0) continue;
    yield* [`### ${severity} (${count(group.length)})`, ""];
    yield* longList(group, entries);
    yield "";
  }
}

function* entries(findings: readonly Finding[]): Generator<string> {
  for (const finding of findings) yield* entry(finding);
}

function* entry(finding: Finding): Generator<string> {
  const { title, status, description, evidence, store, location } = finding;
  const where = [store ?? "", locationText(location)].filter((part) => part !== "").join(", ");
  yield `- **${text(title)}** (${status}${where === "" ? "" : `; ${text(where)}`})`;
  if (description !== "") yield `  ${text(description)}`;
  if (evidence !== "") yield* ["", ...block(evidenceLines(evidence), "  "), ""];
  yield* terms(detailsOf(finding), "  ");
}

function detailsOf(finding: Finding): readonly (readonly [string, string | null])[] {
  const { acknowledgedAt, acknowledgementNotes, resolvedAt, resolutionNotes } = finding;
  return [
    ["remedies", text(finding.remedies.join(", "))],
    ["affected", text(finding.affected.join(", "))],
    ["detected", text(moment(finding.detectedAt))],
    ["acknowledged", acknowledgedAt && whenAndWho(acknowledgedAt, finding.acknowledgedBy)],
    ["why", acknowledgementNotes && text(acknowledgementNotes)],
    ["resolved", resolvedAt && whenAndWho(resolvedAt, finding.resolvedBy)],
    ["notes", resolutionNotes && text(resolutionNotes)],
    ["code", span(finding.code)],
    ["id", span(finding.id)],
  ];
}

function whenAndWho(at: string, person: string | null): string {
  return text(moment(at)) + (person === null ? "" : ` by ${text(person)}`);
}
