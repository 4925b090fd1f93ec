import type { Observation } from "../../../core/finding.ts";
import { emptyInspection } from "../../inspection.ts";
import type { Inspection, InspectionKind } from "../../types.ts";
import type { HeldLog } from "../held.ts";
import { segmentAt } from "../place.ts";

/** One look at a log that is held. */
export async function inspectLog(
  held: HeldLog,
  kind: InspectionKind,
  signal: AbortSignal,
): Promise<Inspection> {
  const { live, surveyed, image, trouble } = held;
  if (trouble !== null) {
    const { address } = live.place;
    const files = [
      {
        path: address,
        exists: trouble.code !== "STORE_MISSING",
        readable: false,
        sizeBytes: null,
        modifiedAt: null,
        sha256: null,
        valid: false,
        error: trouble.message,
      },
    ];
    const observations = [observeMissing(trouble.message)];
    return { ...emptyInspection, observations, complete: false, files };
  }
  if (kind !== "audit" || image === null) return emptyInspection;
  const { receipt } = await image.seal({ portable: false }, signal);
  const counts = Object.entries(receipt.collections).map(([name, { count }]) => [name, count]);
  const files = surveyed.segments.map((segment) => ({
    path: segmentAt(live.place, segment.path),
    exists: true,
    readable: true,
    sizeBytes: segment.size,
    modifiedAt: new Date(Number(segment.mtimeNs / 1_000_000n)).toISOString(),
    sha256: null,
    valid: true,
    error: null,
  }));
  return { ...emptyInspection, files, collections: Object.fromEntries(counts) };
}

/** There is no log, or none that can be read. */
export function observeMissing(description: string): Observation {
  return {
    code: "event-log.missing",
    title: "The event log is missing",
    description,
    severity: "critical",
    category: "structure",
    location: {},
    evidence: "",
    remedies: ["restore-beside", "exchange"],
  };
}
