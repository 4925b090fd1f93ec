import type { FindingCategory, Location, Observation, Severity } from "../../../core/finding.ts";
import { cutEvidence } from "../../evidence.ts";

const CATALOGUE = {
  "sqlite.file.missing": ["The database is missing", "critical", "structure"],
  "sqlite.file.kind": ["The database is not a file", "critical", "structure"],
  "sqlite.file.permission": ["The database may not be read", "critical", "permission"],
  "sqlite.file.unreadable": ["The disk does not give the database's bytes", "critical", "hardware"],
  "sqlite.file.empty": ["The database is an empty file", "low", "structure"],
  "sqlite.file.emptied": ["The database was emptied", "critical", "corruption"],
  "sqlite.file.short": ["The database is cut off", "critical", "corruption"],
  "sqlite.file.truncated": ["The database is cut off", "critical", "corruption"],
  "sqlite.file.ragged": ["The database ends within a page", "medium", "corruption"],
  "sqlite.file.long": ["The file is longer than its header says", "info", "structure"],
  "sqlite.header.magic": ["The file is no SQLite database", "critical", "corruption"],
  "sqlite.header.page-size": ["The header names no page size", "critical", "corruption"],
  "sqlite.header.version": ["The header names an unknown version", "critical", "corruption"],
  "sqlite.header.write-version": ["Nobody can write to the database", "critical", "corruption"],
  "sqlite.header.field": ["The header is damaged", "critical", "corruption"],
  "sqlite.wal.header": ["The header of the -wal is damaged", "critical", "corruption"],
  "sqlite.wal.page-size": ["The -wal belongs to another database", "critical", "corruption"],
  "sqlite.wal.frame": ["The -wal is broken before its end", "critical", "corruption"],
  "sqlite.wal.tail": ["The -wal ends in an unfinished transaction", "info", "structure"],
  "sqlite.journal.hot": ["A transaction was interrupted", "low", "structure"],
  "sqlite.journal.stale": ["The rollback journal is an old one", "critical", "corruption"],
  "sqlite.journal.damaged": ["The rollback journal is damaged", "critical", "corruption"],
} as const satisfies Record<string, readonly [string, Severity, FindingCategory]>;

/** A code of the catalogue. */
export type PreflightCode = keyof typeof CATALOGUE;

/** Words an observation of the catalogue. Critical ones are mended by restoring. */
export function observe(
  code: PreflightCode,
  description: string,
  location: Location,
  evidence = "",
): Observation {
  const [title, severity, category] = CATALOGUE[code];
  return {
    code,
    title,
    description,
    severity,
    category,
    location,
    evidence: cutEvidence(evidence),
    remedies: remediesOf(code, severity),
  };
}

function remediesOf(code: PreflightCode, severity: Severity): readonly string[] {
  if (code === "sqlite.file.permission") return ["check-permissions"];
  return severity === "critical" ? ["restore-beside", "exchange"] : [];
}
