import type { Finding, FindingStatus } from "../../checks/types.ts";
import type { Severity } from "../../core/finding.ts";
import { keyText } from "./proof.ts";
import type { Style, Tone } from "./style.ts";
import { counted, safe } from "./text.ts";

/** So many findings stand on a screen; the document and the report have all. */
const FINDINGS_SHOWN = 20;

/** So many characters of an id are typed to name a finding. */
const ID_SHOWN = "finding_".length + 8;

const TONES: Readonly<Record<Severity, Tone>> = {
  critical: "bad",
  high: "bad",
  medium: "warning",
  low: "faint",
  info: "faint",
};

/** Findings, worst first: what, where, and the words to name each by. */
export function findingLines(findings: readonly Finding[], style: Style): readonly string[] {
  const shown = findings.slice(0, FINDINGS_SHOWN).flatMap((finding) => oneFinding(finding, style));
  const more = findings.length - FINDINGS_SHOWN;
  return more > 0
    ? [...shown, `and ${counted(more, "more finding")}; --json and the report have all`]
    : shown;
}

function oneFinding(finding: Finding, style: Style): readonly string[] {
  const { severity, store, title, description, status, id, evidence } = finding;
  const place = [store ?? "", placeText(finding)].filter((part) => part !== "").join(" ");
  return [
    `${style.paint(TONES[severity], severity)}  ${safe(place)}: ${safe(title)}${statusText(status)}`,
    `  ${safe(description)}`,
    ...(evidence === "" || evidence === description ? [] : [`  seen: ${safe(evidence)}`]),
    style.paint("faint", `  ${safe(id.slice(0, ID_SHOWN))}  ${safe(finding.code)}`),
  ];
}

function statusText(status: FindingStatus): string {
  return status === "open" ? "" : ` (${status})`;
}

/** `pages 7 to 9, table invoice`. */
function placeText({ location }: Finding): string {
  const { page, pages, table, index, column, key, file, line } = location;
  return [
    pages === undefined ? "" : `pages ${pages[0]} to ${pages[1]}`,
    page === undefined ? "" : `page ${page}`,
    table === undefined ? "" : `table ${table}${column === undefined ? "" : `.${column}`}`,
    index === undefined ? "" : `index ${index}`,
    key === undefined ? "" : `key ${keyText(key)}`,
    file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}`}`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}
