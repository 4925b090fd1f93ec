import {
  acknowledgeFinding,
  listFindings,
  resolveFinding,
  type Decision,
} from "../checks/findings.ts";
import type { Finding, FindingStatus } from "../checks/types.ts";
import type { Session } from "./session.ts";
import type { FindingDecision, FindingsOptions } from "./types.ts";
import type { FindingDocument, FindingsDocument } from "./look-documents.ts";

/** What somebody still has to look after. */
export const UNRESOLVED: readonly FindingStatus[] = ["open", "acknowledged"];

/** The findings of the stores, or of all, worst first. */
export async function findingsOf(
  session: Session,
  { stores = [], status }: FindingsOptions,
): Promise<FindingsDocument> {
  // A name that nobody knows is a mistake.
  for (const name of stores) if (!session.isProjection(name)) session.storeConfig(name);
  const filter = {
    stores: stores.length === 0 ? undefined : stores,
    status: status === "all" ? undefined : status === undefined ? UNRESOLVED : [status],
  };
  return { findings: listFindings(await session.state(), filter) };
}

/** Somebody takes note of a finding: it no longer counts against its store, until it gets worse. */
export async function acknowledge(
  session: Session,
  decision: FindingDecision,
): Promise<FindingDocument> {
  const finding = await acknowledgeFinding(await session.state(), session.world, decision);
  return recorded(session, "acknowledge finding", decision, finding);
}

/** Somebody ends a finding. */
export async function resolve(
  session: Session,
  decision: FindingDecision,
): Promise<FindingDocument> {
  const finding = await resolveFinding(await session.state(), session.world, decision);
  return recorded(session, "resolve finding", decision, finding);
}

async function recorded(
  session: Session,
  action: string,
  { by, notes = "" }: Decision,
  finding: Finding,
): Promise<FindingDocument> {
  const { id, code, store } = finding;
  await session.record(action, id, notes, { by, code, store });
  return { finding };
}
