import type { Finding } from "../../checks/types.ts";
import { count, moment } from "../../core/text.ts";
import type { ReportDocument } from "../types.ts";
import { SEVERITIES, evidenceLines, locationText } from "../words.ts";
import { block, span, text } from "./escape.ts";
import { longList, terms } from "./lists.ts";

/** What was found, the worst first. */
export function* findingLines({ findings }: ReportDocument): Generator<string> {
  if (findings.length === 0) return yield "No damage and no breach was found.";
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
  const { acknowledgedAt, acknowledgedBy, resolvedAt, resolutionNotes } = finding;
  const by = acknowledgedBy === null ? "" : ` by ${text(acknowledgedBy)}`;
  return [
    ["remedies", text(finding.remedies.join(", "))],
    ["affected", text(finding.affected.join(", "))],
    ["detected", text(moment(finding.detectedAt))],
    ["acknowledged", acknowledgedAt && `${text(moment(acknowledgedAt))}${by}`],
    ["resolved", resolvedAt && text(moment(resolvedAt))],
    ["notes", resolutionNotes && text(resolutionNotes)],
    ["code", span(finding.code)],
    ["id", span(finding.id)],
  ];
}
