import type { Location, Observation } from "../../../core/finding.ts";
import { JSON_FAULTS, type JsonFault, type JsonFaultCode } from "../json/faults.ts";
import { placeOf } from "../json/place.ts";
import type { Pattern, PatternName } from "../repair/patterns.ts";
import type { Breach } from "../rules/types.ts";
import { cutEvidence } from "../../evidence.ts";
import { REPAIR } from "../findings.ts";

/** Where a file, or a line of it, begins. */
export interface Place {
  readonly file: string;
  readonly collection: string;
  /** Before it. */
  readonly lines: number;
  /** Before it. */
  readonly bytes: number;
}

/** As somebody has written it: it is for a person to say that it is wrong. */
const UNMENDED: ReadonlySet<JsonFaultCode> = new Set([
  "lone-surrogate",
  "number-precision",
  "number-range",
  "too-deep",
]);

/** A fault of a file's JSON. */
export function observeFault(fault: JsonFault, place: Place): Observation {
  const { invalid, text } = JSON_FAULTS[fault.code];
  const line = fault.line + place.lines;
  const token = fault.token === null ? "" : `: ${fault.token}`;
  return {
    code: `documents.json.${fault.code}`,
    title: invalid ? "A document is not JSON" : "A document is read in more than one way",
    description: `${place.file}, line ${line}, column ${fault.column}: ${text}${token}`,
    severity: invalid ? (fault.code === "bom" ? "medium" : "high") : "medium",
    category: UNMENDED.has(fault.code) ? "structure" : "corruption",
    location: {
      file: place.file,
      line,
      col: fault.column,
      byte: fault.at + place.bytes,
      pointer: fault.pointer,
      table: place.collection,
    },
    evidence: cutEvidence(fault.around),
    remedies: UNMENDED.has(fault.code) ? [] : REPAIR,
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

const PATTERNS: Readonly<Record<PatternName, string>> = {
  binary: "bytes that are no text",
  "conflict-markers": "marks of a merge that nobody has finished",
  "cut-by-crash": "an end at a block's border, as a crash leaves it",
  "double-decoding": "text that was decoded in the wrong way once",
  "older-tail": "the end of an older, longer version behind the new one",
  "replacement-characters": "characters that stand for ones that were lost",
  truncation: "no end",
  "two-documents": "two documents, one behind the other",
  "zero-bytes": "zeros where text was",
};

/** What the damage of a file, or of a line, looks like. */
export function observePattern(
  { name, at, count, evidence }: Pattern,
  bytes: Uint8Array,
  place: Place & { readonly isJson: boolean },
): Observation {
  const { line, column } = placeOf(bytes, at);
  const times = count > 1 ? ` (${count} times)` : "";
  const severity = name === "replacement-characters" ? "low" : place.isJson ? "medium" : "high";
  return {
    code: `documents.pattern.${name}`,
    title: "A document shows a pattern of damage",
    description: `${place.file}, line ${line + place.lines}: ${PATTERNS[name]}${times}`,
    severity,
    category: "corruption",
    location: {
      file: place.file,
      line: line + place.lines,
      col: column,
      byte: at + place.bytes,
      table: place.collection,
    },
    evidence: cutEvidence(evidence),
    remedies: name === "replacement-characters" ? [] : REPAIR,
  };
}
