import { newestRecords, exportTrail } from "../audit-trail/read.ts";
import { verifyTrail } from "../audit-trail/verify.ts";
import { nodeDisk, writeLinesDurably } from "../core/disk.ts";
import { outputPath } from "./output-path.ts";
import type { Session } from "./session.ts";
import type { AuditTrailDocument, AuditTrailOptions } from "./types.ts";

/** Records that are shown without being asked for all. */
const NEWEST_MAX = 20;

/** Checks the chain, and shows its newest records or exports all of them. */
export async function auditTrail(
  session: Session,
  { action = "show", output }: AuditTrailOptions,
): Promise<AuditTrailDocument> {
  const state = await session.state();
  const { ok, records, firstBroken, problem } = await verifyTrail(state, await session.trailKey());
  const newest = action === "show" ? newestRecords(state, NEWEST_MAX) : [];
  const written =
    action === "export" && output !== undefined ? await outputPath(session, output) : null;
  if (written !== null) await writeLinesDurably(nodeDisk, written, exportTrail(state));
  return { ok, records, firstBroken, problem, newest, output: written };
}
