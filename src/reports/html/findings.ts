import type { Finding } from "../../checks/types.ts";
import { count } from "../../core/text.ts";
import type { ReportDocument } from "../types.ts";
import {
  SEVERITIES,
  SEVERITY_TONES,
  STATUS_TONES,
  cut,
  evidenceLines,
  locationText,
} from "../words.ts";
import { code, longList, numberCell, pill, section, table, terms, time } from "./parts.ts";
import { html, type Html } from "./template.ts";

/** So many of one severity are in sight at once, and so many of them unfolded. */
const SHOWN = 50;
const UNFOLDED = 5;

/** From this number on, findings are first counted by their kind. */
const OVERVIEW_FROM = 12;

/** What was found, the worst first. */
export function findingsSection({ findings }: ReportDocument): Iterable<Html> {
  return section("findings", "What was found", content(findings));
}

function* content(findings: readonly Finding[]): Generator<Html> {
  if (findings.length === 0) return yield html`<p>There are no findings.</p>`;
  if (findings.length >= OVERVIEW_FROM) yield* overview(findings);
  for (const severity of SEVERITIES) {
    const group = findings.filter((each) => each.severity === severity).toSorted(openFirst);
    if (group.length === 0) continue;
    yield html`<h3 class="severity">
      ${pill(severity, SEVERITY_TONES[severity])} <span class="quiet">${count(group.length)}</span>
    </h3> `;
    yield* longList(group, SHOWN, (some) => list(some, group));
  }
}

function* list(findings: readonly Finding[], group: readonly Finding[]): Generator<Html> {
  const unfolded = new Set(group.slice(0, UNFOLDED).filter(({ status }) => status === "open"));
  yield html`<ul class="findings">`;
  for (const finding of findings) yield entry(finding, unfolded.has(finding));
  yield html`</ul>
`;
}

const STATUS_ORDER: readonly Finding["status"][] = ["open", "acknowledged", "resolved"];

function openFirst(left: Finding, right: Finding): number {
  return STATUS_ORDER.indexOf(left.status) - STATUS_ORDER.indexOf(right.status);
}

const OPEN = html` open`;

function entry(finding: Finding, isOpen: boolean): Html {
  const { title, status, description, evidence } = finding;
  return html`<li><details${isOpen && OPEN}><summary>${pill(status, STATUS_TONES[status])} <b>${cut(title)}</b> <span class="where">${whereText(finding)}</span></summary>
<p>${cut(description)}</p>
${evidence !== "" && html`<pre tabindex="0" role="region" aria-label="Evidence">${evidenceLines(evidence).map(evidenceLine)}</pre>`}
${details(finding)}</details></li>
`;
}

function whereText({ store, location }: Finding): string {
  return cut([store ?? "", locationText(location)].filter((part) => part !== "").join(", "));
}

/** A line break of ours, where the text's own one would have been escaped. */
function evidenceLine(line: string, index: number): Html {
  return html`${index > 0 && html`<br />`}${line}`;
}

function details(finding: Finding): Html {
  const { remedies, affected, acknowledgedBy, acknowledgedAt, resolvedAt, resolvedBy } = finding;
  return terms([
    ["Remedies", remedies.join(", ")],
    ["Affected", cut(affected.join(", "))],
    ["Detected", time(finding.detectedAt)],
    ["Acknowledged", acknowledgedAt && html`${time(acknowledgedAt)}${by(acknowledgedBy)}`],
    ["Why", cut(finding.acknowledgementNotes ?? "")],
    ["Resolved", resolvedAt && html`${time(resolvedAt)}${by(resolvedBy)}`],
    ["Notes", cut(finding.resolutionNotes ?? "")],
    ["Code", code(finding.code)],
    ["Id", code(finding.id)],
  ]);
}

function by(person: string | null): Html {
  return html`${person !== null && html` by ${person}`}`;
}

/** Findings by their kind: with thousands of them, this is what there is to read. */
function overview(findings: readonly Finding[]): Iterable<Html> {
  const kinds = new Map<string, Finding[]>();
  for (const finding of findings) {
    const kind = `${SEVERITIES.indexOf(finding.severity)} ${finding.code}`;
    const group = kinds.get(kind);
    if (group === undefined) kinds.set(kind, [finding]);
    else group.push(finding);
  }
  const rows = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => kindRow(group));
  const columns = [
    { name: "Severity" },
    { name: "Kind" },
    { name: "Open", isNumber: true },
    { name: "All", isNumber: true },
  ];
  return table("Findings by kind", columns, rows);
}

function kindRow(group: readonly Finding[]): Html {
  const [first] = group;
  if (first === undefined) return html``;
  const open = group.filter(({ status }) => status === "open").length;
  return html`<tr>
    <td>${pill(first.severity, SEVERITY_TONES[first.severity])}</td>
    <th scope="row">${code(first.code)}</th>
    ${numberCell(open)}${numberCell(group.length)}
  </tr> `;
}
