import type { Location, Observation } from "../../../core/finding.ts";
import { JSON_FAULTS, type JsonFault } from "../json/faults.ts";
import type { Breach } from "../rules/types.ts";
import { cutEvidence } from "../../evidence.ts";

/** What can be done about a document that is damaged. */
export const REPAIR = ["repair-document"];

/** A fault of a file's JSON. */
export function observeFault(
  fault: JsonFault,
  place: {
    readonly file: string;
    readonly collection: string;
    readonly lines: number;
    readonly bytes: number;
  },
): Observation {
  const { invalid, text } = JSON_FAULTS[fault.code];
  const line = fault.line + place.lines;
  const token = fault.token === null ? "" : `: ${fault.token}`;
  return {
    code: `documents.json.${fault.code}`,
    title: invalid ? "A document is not JSON" : "A document is read in more than one way",
    description: `${place.file}, line ${line}, column ${fault.column}: ${text}${token}`,
    severity: invalid ? (fault.code === "bom" ? "medium" : "high") : "medium",
    category: "corruption",
    location: {
      file: place.file,
      line,
      col: fault.column,
      byte: fault.at + place.bytes,
      pointer: fault.pointer,
      table: place.collection,
    },
    evidence: cutEvidence(fault.around),
    remedies: REPAIR,
  };
}

/** What a document does against the rules of its collection. */
export function observeBreach(breach: Breach, location: Location): Observation {
  const { code, title, severity, description, evidence } = breach;
  const where = location.file === undefined ? "" : `${location.file}: `;
  return {
    code,
    title,
    description: `${where}${description}`,
    severity,
    category: "rule",
    location: { ...location, pointer: `${location.pointer ?? ""}${breach.pointer}` },
    evidence: cutEvidence(evidence),
    remedies: [],
  };
}
