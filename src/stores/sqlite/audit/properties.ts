import type { JsonObject } from "../../../core/json.ts";
import type { DatabaseHeader } from "../format/header.ts";
import { logFacts } from "../moved.ts";
import type { Preflight } from "../preflight.ts";

/** Facts of a database, under the names of `Receipt.recorded` where it has them. */
export function propertiesOf(
  { journalMode, mode, wal, journal, header: live }: Preflight,
  header: DatabaseHeader | null,
  pageCount: number | null,
): JsonObject {
  return {
    engine: "sqlite",
    pageSize: header?.pageSize ?? null,
    pageCount,
    freelistPages: header?.freelistPages ?? 0,
    encoding: header?.encoding ?? "utf-8",
    userVersion: header?.userVersion ?? 0,
    applicationId: header?.applicationId ?? 0,
    // The engine counts it anew in the copy that it makes; in a -wal there may be a newer one.
    schemaVersion: (wal?.committedFrames ?? 0) > 0 ? null : (live?.schemaCookie ?? 0),
    autoVacuum: autoVacuum(header),
    journalMode,
    walFrames: wal?.committedFrames ?? 0,
    log: logFacts(wal),
    journal: journal?.state ?? "none",
    mode: mode.toString(8).padStart(4, "0"),
  };
}

function autoVacuum(header: DatabaseHeader | null): string {
  if (header === null || header.largestRootPage === 0) return "none";
  return header.incrementalVacuum ? "incremental" : "full";
}
