import type { FindingCategory, Observation, Severity } from "../core/finding.ts";

const PUT_BACK = ["put-back-rows"];
const RESTORE = ["restore-beside", "exchange"];

const CATALOGUE = {
  "backup.suspicious": ["A backup holds suspiciously little", "high", "rule", PUT_BACK],
  "backups.unreadable": ["The backups cannot be read", "high", "configuration", []],
  "collection.shrunk": ["A collection has fewer rows", "low", "structure", PUT_BACK],
  "collection.unexpected": ["A collection is new", "info", "structure", []],
  "collection.vanished": ["A collection has vanished", "high", "structure", PUT_BACK],
  "expect.append-only": ["Old rows are gone or changed that must stay", "high", "rule", PUT_BACK],
  "expect.present": ["A collection is missing that must be there", "high", "rule", PUT_BACK],
  "expect.shrunk": ["More rows are gone than may go", "high", "rule", PUT_BACK],
  "metadata.changed": ["A fact about the store has changed", "low", "metadata", []],
  "metadata.older": ["The schema's version went back", "medium", "metadata", []],
  "rules.unreadable": ["The owner's rules cannot be read", "medium", "configuration", []],
  "schema.changed": ["The schema has changed", "low", "structure", []],
  "schema.column-missing": ["A column has vanished", "medium", "structure", []],
  "schema.missing": ["A part of the schema has vanished", "medium", "structure", []],
  "schema.unexpected": ["A part of the schema is new", "info", "structure", []],
  "store.older": ["Commits were undone", "high", "corruption", RESTORE],
  "store.replaced": ["Nothing of the store is left", "critical", "structure", RESTORE],
} as const satisfies Record<
  string,
  readonly [title: string, Severity, FindingCategory, remedies: readonly string[]]
>;

/** A code of the catalogue: what comparing with what was there before can find. */
export type DifferenceCode = keyof typeof CATALOGUE;

/** Does comparing with what was there before tell it, and nothing else? */
export function isDifference(code: string): boolean {
  return Object.hasOwn(CATALOGUE, code);
}

/** Words a difference of the catalogue. */
export function observe(
  code: DifferenceCode,
  description: string,
  more: Pick<Observation, "location"> &
    Partial<Pick<Observation, "severity" | "evidence" | "remedies">>,
): Observation {
  const [title, severity, category, remedies] = CATALOGUE[code];
  return { code, title, description, severity, category, evidence: "", remedies, ...more };
}
