import type { EventLogOptions } from "../options.ts";
import type { LogPlace } from "../place.ts";
import type { Gap, LineRun } from "./align.ts";
import { LogLines, type LineFact } from "./lines.ts";

/** So many lines are looked for in the log at once. */
const CHUNK = 500_000;

interface Both {
  readonly log: LogPlace;
  readonly source: LogPlace;
  readonly options: EventLogOptions;
}

/** The same gaps without what stands in the log elsewhere. */
export async function withoutOthers(
  gaps: readonly Gap[],
  both: Both,
  signal: AbortSignal,
): Promise<readonly Gap[]> {
  const runs = gaps.flatMap(({ missing }) => missing);
  const elsewhere = await foundElsewhere(runs, both, signal);
  if (elsewhere.size === 0) return gaps;
  const left: Gap[] = [];
  for (const gap of gaps) {
    const missing: LineRun[] = [];
    for await (const { line, run } of linesOf(gap.missing, both, signal))
      if (!elsewhere.has(line.hash)) extend(missing, line, run);
    if (missing.length > 0 || gap.damaged.length > 0) left.push({ ...gap, missing });
  }
  return left;
}

async function foundElsewhere(
  runs: readonly LineRun[],
  both: Both,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let wanted = new Set<string>();
  const look = async (): Promise<void> => {
    if (wanted.size === 0) return;
    for await (const { hash, fault } of new LogLines(both.log, both.options).all(signal))
      if (fault === null && wanted.has(hash)) found.add(hash);
    wanted = new Set();
  };
  for await (const { line } of linesOf(runs, both, signal)) {
    wanted.add(line.hash);
    if (wanted.size === CHUNK) await look();
  }
  await look();
  return found;
}

/** The lines of runs, which are in the order of their places. */
async function* linesOf(
  runs: readonly LineRun[],
  { source, options }: Both,
  signal: AbortSignal,
): AsyncGenerator<{ readonly line: LineFact; readonly run: LineRun }> {
  const lines = new LogLines(source, options);
  for (const path of new Set(runs.map((run) => run.path))) {
    const own = runs.filter((run) => run.path === path);
    for await (const line of lines.of(path, signal)) {
      const run = own.find(({ start, end }) => line.start >= start && line.end <= end);
      if (run !== undefined && line.fault === null) yield { line, run };
    }
  }
}

function extend(into: LineRun[], { path, start, end }: LineFact, run: LineRun): void {
  const last = into.at(-1);
  if (last !== undefined && last.path === path && last.end + 1 === start) {
    last.end = end;
    last.count += 1;
    return;
  }
  const beginsSegment = run.beginsSegment && run.start === start;
  into.push({ path, start, end, count: 1, beginsSegment, endsSegment: false });
}
