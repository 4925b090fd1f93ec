import { join } from "node:path";

import { listFindings } from "../checks/findings.ts";
import { isSound } from "../checks/severity.ts";
import { makeFolderDurably, nodeDisk } from "../core/disk.ts";
import { messageOf, SalvorError } from "../core/errors.ts";
import { timestamp } from "../core/world.ts";
import { buildReport, type ReportInput } from "../reports/build-report.ts";
import type { ReportDocument, ReportStore, TimelineEntry } from "../reports/types.ts";
import { writeReport } from "../reports/write-report.ts";
import type { Snapshot } from "../repository/types.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import type { Session } from "./session.ts";
import { newest } from "./snapshot-names.ts";
import type { RunDocument } from "./run-document.ts";
import type { LookDocument, LookedStore } from "./look-documents.ts";
import type { ReportPaths } from "./run-document.ts";

/** What the maker of a report adds to what every report tells. */
export type ReportContent = Omit<ReportInput, "generatedAt" | "runs" | "system"> & {
  readonly runs?: readonly RunDocument[] | undefined;
};

/** The model of a report, with this system's name and the time. */
export async function reportOf(
  session: Session,
  content: ReportContent,
  signal: AbortSignal,
): Promise<ReportDocument> {
  const generatedAt = timestamp(session.world.now());
  const { system } = session.requireConfig();
  const runs = await reportRuns(session, content.runs ?? [], signal);
  return buildReport({ ...content, runs, system, generatedAt });
}

/** A run knows the id of what it restored; its reader wants to know of when that was. */
async function reportRuns(
  session: Session,
  runs: readonly RunDocument[],
  signal: AbortSignal,
): Promise<NonNullable<ReportInput["runs"]>> {
  if (runs.every(({ restoredFrom }) => restoredFrom === null))
    return runs.map((run) => ({ ...run, restoredFrom: null }));
  const created = new Map(
    (await knownSnapshots(session, signal)).map(({ id, createdAt }) => [id, createdAt]),
  );
  return runs.map((run) => {
    const at = created.get(run.restoredFrom ?? "");
    const isKnown = run.restoredFrom !== null && at !== undefined;
    return { ...run, restoredFrom: isKnown ? { snapshot: run.restoredFrom, at } : null };
  });
}

/**
 * Leaves a report in the state's folder, for people and for programs. A report that cannot be written
 * is said, and ends nothing: what it tells of is done.
 */
export async function leaveReport(
  session: Session,
  content: ReportContent,
  signal: AbortSignal,
): Promise<ReportPaths | null> {
  const { command } = content;
  try {
    const document = await reportOf(session, content, signal);
    const folder = join(await session.stateFolder(), "reports");
    await makeFolderDurably(nodeDisk, folder);
    const stem = join(folder, session.world.newId(command));
    const paths = { json: `${stem}.json`, html: `${stem}.html` };
    await writeReport(nodeDisk, paths.json, document, "json");
    await writeReport(nodeDisk, paths.html, document, "html");
    return paths;
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    session.progress.say(`The report could not be written: ${messageOf(error)}.`);
    return null;
  }
}

/** The report of one look. */
export async function leaveLookReport(
  session: Session,
  command: string,
  document: LookDocument<LookedStore>,
  durationMs: number,
  signal: AbortSignal,
): Promise<ReportPaths | null> {
  const snapshots = await knownSnapshots(session, signal);
  return leaveReport(
    session,
    {
      kind: "status",
      command,
      stores: document.stores.map((each) => reportStore(session, each, snapshots)),
      findings: document.findings,
      events: lookEvents(command, document),
      durationMs,
    },
    signal,
  );
}

/** A store as a look has shown it, with its newest backup. */
export function reportStore(
  session: Session,
  looked: Partial<LookedStore & Pick<ReportStore, "collections" | "pageMap" | "pages">> & {
    readonly store: string;
    readonly sound: boolean;
  },
  snapshots: readonly Snapshot[],
): ReportStore {
  const { store, sound, collections, pages, pageMap, durationMs } = looked;
  const last = newest(snapshots.filter((each) => each.store === store));
  return {
    store,
    driver: session.storeConfig(store).driver,
    sound,
    collections: collections ?? null,
    pages: pages ?? {},
    pageMap: pageMap ?? [],
    backup: last === null ? null : { snapshot: last.id, at: last.createdAt, level: last.level },
    durationMs: durationMs ?? null,
  };
}

/** One line a store in a report's order of events. */
export function lookEvents(
  type: string,
  { at, stores }: LookDocument<LookedStore>,
): readonly TimelineEntry[] {
  return stores.map(({ store, sound, complete, durationMs }) => ({
    at,
    type,
    text: `${type} of ${store}: ${sound ? "sound" : "not sound"}${complete ? "" : ", not everything could be looked at"}`,
    durationMs,
  }));
}

/** All configured stores, as far as findings and backups tell. */
export async function knownStores(
  session: Session,
  signal: AbortSignal,
): Promise<readonly ReportStore[]> {
  const findings = listFindings(await session.state());
  const snapshots = await knownSnapshots(session, signal);
  return session.requireConfig().stores.map(({ name }) => {
    const sound = isSound(findings.filter(({ store }) => store === name));
    const last = newest(snapshots.filter(({ store }) => store === name));
    const counts = Object.entries(last?.receipt.collections ?? {});
    const collections = Object.fromEntries(counts.map(([each, { count }]) => [each, count]));
    return reportStore(session, { store: name, sound, collections }, snapshots);
  });
}
