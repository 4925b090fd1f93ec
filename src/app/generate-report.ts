import { listFindings } from "../checks/findings.ts";
import type { Finding } from "../checks/types.ts";
import { nodeDisk } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { formatOfPath } from "../reports/format-of-path.ts";
import type { ReportDocument } from "../reports/types.ts";
import { writeReport } from "../reports/write-report.ts";
import { openRunView } from "./engine.ts";
import { outputPath } from "./output-path.ts";
import { knownStores, reportOf } from "./reports.ts";
import type { Session } from "./session.ts";
import type { ReportOptions } from "./types.ts";
import type { RunDocument } from "./run-document.ts";

/** Runs that a report of the whole tells: it is about now. */
const RUNS_MAX = 20;

/** A report of the whole, of one run or of a period; written to a file when one is named. */
export async function generateReport(
  session: Session,
  options: ReportOptions,
  signal: AbortSignal,
): Promise<ReportDocument> {
  const { output, format } = options;
  const path = output === undefined ? null : await outputPath(session, output);
  const inFormat = path === null ? null : (format ?? formatOfPath(path));
  const document = await documentOf(session, options, signal);
  if (path !== null && inFormat !== null) await writeReport(nodeDisk, path, document, inFormat);
  return document;
}

async function documentOf(
  session: Session,
  { incident, run, from, until }: ReportOptions,
  signal: AbortSignal,
): Promise<ReportDocument> {
  const isPeriod = from !== undefined || until !== undefined;
  if ([incident !== undefined, run !== undefined, isPeriod].filter(Boolean).length > 1) {
    throw new SalvorError("USAGE", "a report is of one incident, of one run or of one period", {
      hint: "Give --incident, --run, or --from and --until; none of them for the whole.",
    });
  }
  if (incident !== undefined) {
    throw new SalvorError("NOT_FOUND", `there is no incident ${incident}`, {
      hint: '"salvor status" lists those that are open.',
    });
  }
  if (run !== undefined) return ofRun(session, run, signal);
  return isPeriod ? ofPeriod(session, { from, until }, signal) : ofWhole(session, signal);
}

async function ofWhole(session: Session, signal: AbortSignal): Promise<ReportDocument> {
  const view = await openRunView(session);
  return reportOf(
    session,
    {
      kind: "status",
      command: "generate-report",
      stores: await knownStores(session, signal),
      findings: listFindings(await session.state()),
      runs: await view.runs({ countMax: RUNS_MAX }),
    },
    signal,
  );
}

/** The run's stores, and the findings that they had while it went on. */
async function ofRun(session: Session, id: string, signal: AbortSignal): Promise<ReportDocument> {
  const run = await (await openRunView(session)).run(id);
  const names = new Set(run.subject);
  const stores = (await knownStores(session, signal)).filter(({ store }) => names.has(store));
  const findings = listFindings(await session.state(), { stores: [...names] });
  const [from, until] = timesOf(run);
  return reportOf(
    session,
    {
      kind: "run",
      command: "generate-report",
      stores,
      findings: findings.filter((each) => wasThere(each, from, until)),
      runs: [run],
      durationMs: run.durationMs,
    },
    signal,
  );
}

interface Period {
  readonly from: string | undefined;
  readonly until: string | undefined;
}

async function ofPeriod(
  session: Session,
  period: Period,
  signal: AbortSignal,
): Promise<ReportDocument> {
  const from = timeOf(period.from, Number.NEGATIVE_INFINITY);
  const until = timeOf(period.until, Number.POSITIVE_INFINITY);
  if (from > until) {
    throw new SalvorError("USAGE", "the period ends before it begins", {
      hint: "Give --from the earlier time.",
    });
  }
  const runs = await (await openRunView(session)).runs();
  const findings = listFindings(await session.state());
  return reportOf(
    session,
    {
      kind: "period",
      command: "generate-report",
      stores: await knownStores(session, signal),
      findings: findings.filter((each) => wasThere(each, from, until)),
      runs: runs.filter((run) => {
        const [start, end] = timesOf(run);
        return start <= until && end >= from;
      }),
    },
    signal,
  );
}

/** Milliseconds. A run that has not ended goes on. */
function timesOf({ startedAt, durationMs }: RunDocument): [from: number, until: number] {
  if (startedAt === null) return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const start = Date.parse(startedAt);
  return [start, durationMs === null ? Number.POSITIVE_INFINITY : start + durationMs];
}

function wasThere({ detectedAt, resolvedAt }: Finding, from: number, until: number): boolean {
  const end = resolvedAt === null ? Number.POSITIVE_INFINITY : Date.parse(resolvedAt);
  return Date.parse(detectedAt) <= until && end >= from;
}

function timeOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new SalvorError("USAGE", `"${text}" is not a time`, {
    hint: "Write it as 2026-01-31T23:00:00Z.",
  });
}
