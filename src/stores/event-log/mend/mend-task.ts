import { rename, rm } from "node:fs/promises";
import { basename } from "node:path";

import { SalvorError } from "../../../core/errors.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { EventFault } from "../../events.ts";
import type { EventLoss, MendedEvents } from "../../mended-events.ts";
import type { HostTask } from "../../host/messages.ts";
import { openEvents } from "../open-events.ts";
import { eventLogOptions } from "../options.ts";
import { cannotBeUncompressed } from "../read/read-segment.ts";
import { ONLY, pathAt, placeOf, type LogPlace } from "../place.ts";
import { LogLines, type BrokenSegment, type LineFact } from "./lines.ts";
import { bytesOf, mergeLogs, type MergedLogs } from "./merge-logs.ts";

/** A log that is mended beside, from copies of what it was. */
export interface MendEventsInput {
  readonly options: JsonObject;
  /** Address of a copy of the log; nobody writes to it. */
  readonly log: string;
  /** Addresses of restored copies, newest first. */
  readonly sources: readonly string[];
  /** Address of what it becomes; nothing is there. */
  readonly target: string;
  /** What no copy mends leaves the log. */
  readonly takeOut: boolean;
}

/** What became of a log, and which of its segments are other ones. */
export interface MendedLog extends MendedEvents {
  /** Paths. */
  readonly changed: readonly string[];
}

const LISTED_MAX = 1_000;
const BYTES_MAX = 64 << 10;
/** What a copy can have better. */
const MENDABLE: ReadonlySet<EventFault> = new Set<EventFault>([
  "torn",
  "unreadable",
  "checksum",
  "chain",
  "gap",
]);
/** More than so many damaged lines, and more than whole ones: something else is wrong. */
const DAMAGED_MAX = 10;

/** Merges a log with one copy after the other, until nothing is wanted of older ones. */
export const task: HostTask<MendEventsInput, MendedLog> = async (input, { signal }) => {
  const options = eventLogOptions.parse(input.options);
  const at = (address: string): LogPlace => placeOf(pathAt(address, options.path));
  const steps: MergedLogs[] = [];
  const made: string[] = [];
  const next = async (source: LogPlace | null): Promise<MergedLogs> => {
    const target = `${input.target}.${made.length}`;
    await rm(target, { recursive: true, force: true });
    const log = at(made.at(-1) ?? input.log);
    const merged = await mergeLogs({ log, source, target: at(target), options }, signal);
    made.push(target);
    return merged;
  };
  try {
    let left: Left | null = null;
    for (const source of input.sources) {
      steps.push(await next(at(source)));
      left = await leftIn(at(made.at(-1) ?? input.log), input.options, signal);
      if (left.mendable === 0 && cutOff(steps).length === 0) break;
    }
    const cut = cutOff(steps).length;
    const wantsOlder = left === null || left.mendable + cut > 0;
    const isTakenOut = wantsOlder && (input.takeOut || made.length === 0);
    const losses = isTakenOut ? await takeOut(input, { steps, next, made, at }, signal) : [];
    await rename(made.pop() ?? "", input.target);
    return resultOf(steps, losses, {
      wantsOlder,
      left: isTakenOut ? 0 : (left?.mendable ?? 0) + cut,
    });
  } finally {
    for (const each of made) await rm(each, { recursive: true, force: true });
  }
};

interface Work {
  readonly steps: MergedLogs[];
  readonly next: (source: null) => Promise<MergedLogs>;
  readonly made: readonly string[];
  readonly at: (address: string) => LogPlace;
}

/** What no copy mends leaves the log; what is missing then is a loss too. */
async function takeOut(
  input: MendEventsInput,
  { steps, next, made, at }: Work,
  signal: AbortSignal,
): Promise<readonly EventLoss[]> {
  const last = await next(null);
  refuseStrange(last);
  steps.push(last);
  const log = at(input.log);
  const lines = await lossesOf(
    log,
    new LogLines(log, eventLogOptions.parse(input.options)).all(signal),
    last,
  );
  const { gaps } = await leftIn(at(made.at(-1) ?? input.log), input.options, signal);
  return [...lines, ...cutOff(steps).map((each) => cutLoss(log, each)), ...gaps];
}

/**
 * Pure: segments whose compressed bytes were damaged, and that no source has whole. How many events
 * went with their ends, nobody can tell; nor whether all that was read is as it was.
 */
function cutOff(steps: readonly MergedLogs[]): readonly BrokenSegment[] {
  const whole = steps.flatMap((step) => step.whole);
  return (steps[0]?.broken ?? []).filter(
    ({ path, first }) =>
      !whole.some((each) =>
        first === null ? each.isBack && each.path === path : each.first === first,
      ),
  );
}

interface Left {
  readonly mendable: number;
  readonly gaps: readonly EventLoss[];
}

/** What whoever reads a log finds in it. */
async function leftIn(place: LogPlace, options: JsonObject, signal: AbortSignal): Promise<Left> {
  const { path } = eventLogOptions.parse(options);
  await using reader = openEvents({ ...options, path: pathAt(place.address, path) });
  const gaps: EventLoss[] = [];
  let mendable = 0;
  const bound = await reader.bound(signal);
  for await (const { damaged } of reader.read({ after: null, bound, batchMax: 10_000 }, signal)) {
    for (const { fault, reason, file, line, offset, sequence } of damaged) {
      if (MENDABLE.has(fault)) mendable += 1;
      if (fault !== "gap") continue;
      gaps.push({ fault, reason, file, line, offset, sequence, bytes: "" });
    }
  }
  return { mendable, gaps };
}

/** A checksum that is not the log's own makes every line a damaged one. */
function refuseStrange({ lost, newer }: MergedLogs): void {
  if (lost.length <= DAMAGED_MAX || lost.length <= newer) return;
  const message = `${lost.length} lines of the log are no events, and only ${newer} are`;
  throw new SalvorError("REFUSED", message, {
    hint: 'Check "checksum" and "envelope" of the store in salvor.yaml, or restore a snapshot whole.',
  });
}

/** Where they stood in the log as it was. */
async function lossesOf(
  log: LogPlace,
  lines: AsyncIterable<LineFact>,
  { lost }: MergedLogs,
): Promise<readonly EventLoss[]> {
  const wanted = new Set(lost.map(({ hash }) => hash));
  const before = new Map<string, LineFact>();
  if (wanted.size > 0)
    for await (const line of lines) if (wanted.has(line.hash)) before.set(line.hash, line);
  const losses: EventLoss[] = [];
  for (const each of lost) {
    const line = before.get(each.hash);
    if (line === undefined) continue; // a line of a copy: it was damaged there too
    const end = Math.min(line.end, line.start + BYTES_MAX);
    const bytes = losses.length < LISTED_MAX ? await bytesOf(log, { ...line, end }) : null;
    losses.push(lossOf(log, line, bytes?.toString("base64") ?? ""));
  }
  return losses;
}

function lossOf(
  { address }: LogPlace,
  { path, line, start, fault }: LineFact,
  bytes: string,
): EventLoss {
  const reason =
    fault === "checksum"
      ? "its checksum is not that of its bytes, and no snapshot has it"
      : "it is no JSON object, and no snapshot has it";
  const place = { file: fileOf(address, path), line, offset: start };
  return { fault: fault ?? "unreadable", reason, ...place, bytes, sequence: null };
}

function cutLoss({ address }: LogPlace, { path, line, offset, trouble }: BrokenSegment): EventLoss {
  const file = fileOf(address, path);
  const found = cannotBeUncompressed(file, trouble);
  const reason = `${found}; what stands before may be altered, and no snapshot has it`;
  return { fault: "unreadable", reason, file, line, offset, bytes: "", sequence: null };
}

function fileOf(address: string, path: string): string {
  return path === ONLY ? basename(address) : path;
}

function resultOf(
  steps: readonly MergedLogs[],
  losses: readonly EventLoss[],
  { wantsOlder, left }: Pick<MendedLog, "wantsOlder" | "left">,
): MendedLog {
  const [first] = steps;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    restored: sum(steps.map(({ restored }) => restored)),
    newer: first?.newer ?? 0,
    rescued: sum(steps.map(({ rescued }) => rescued)),
    rotated: first?.rotated ?? 0,
    changed: [...new Set(steps.flatMap(({ changed }) => changed))].toSorted(),
    losses: losses.slice(0, LISTED_MAX),
    lossesTotal: losses.length,
    left,
    wantsOlder,
  };
}
