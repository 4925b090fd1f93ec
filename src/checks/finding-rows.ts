import { text } from "../state/row.ts";
import type { StateReader, StateRow, StateWriter } from "../state/types.ts";
import { rankOf } from "./severity.ts";
import type { Finding } from "./types.ts";

/** The finding of a row. */
export function findingIn(row: StateRow): Finding {
  return JSON.parse(text(row, "finding")) as Finding;
}

/** One finding by its whole id, or null. */
export function readFinding(reader: StateReader, id: string): Finding | null {
  const row = reader.get("SELECT finding FROM findings WHERE id = ?", id);
  return row === null ? null : findingIn(row);
}

/** Writes a finding in the place of what was known of it. */
export function writeFinding(writer: StateWriter, finding: Finding): void {
  const { id, store, status, severity, detectedAt } = finding;
  writer.run(
    `INSERT INTO findings (id, store, status, rank, detected_at, finding) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET store = excluded.store, status = excluded.status,
        rank = excluded.rank, detected_at = excluded.detected_at, finding = excluded.finding`,
    id,
    store,
    status,
    rankOf(severity),
    detectedAt,
    JSON.stringify(finding),
  );
}
