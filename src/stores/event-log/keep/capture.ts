import { SalvorError } from "../../../core/errors.ts";
import { entryModule } from "../../../core/module.ts";
import { timestamp } from "../../../core/world.ts";
import { TORN, type UnreadFile, type UnreadFiles } from "../../capture-options.ts";
import { segmentAt } from "../place.ts";
import type { LiveLog } from "./live.ts";
import { IS_DATABASE } from "./survey-segment.ts";
import type { SurveyedLog, SurveyInput } from "./survey-task.ts";

/** A log that was read, and when. Its bytes stay where they are, and are proven when they are read. */
export interface CapturedLog {
  readonly live: LiveLog;
  readonly at: string;
  readonly surveyed: SurveyedLog;
}

/**
 * Reads a log once, up to its last whole line.
 *
 * @throws {SalvorError} STORE_MISSING; PERMISSION_DENIED or DISK_FAILED when a part cannot be read.
 */
export async function captureLog(live: LiveLog, signal: AbortSignal): Promise<CapturedLog> {
  const at = timestamp(live.context.world.now());
  return { ...captureFrom(live, await surveyLog(live, signal)), at };
}

/** A log that was read a moment ago. Throws as `captureLog` does. */
export function captureFrom(live: LiveLog, surveyed: SurveyedLog): CapturedLog {
  refuseUnreadable(live, surveyed);
  if (surveyed.segments.length === 0) throw missing(live);
  return { live, at: timestamp(live.context.world.now()), surveyed };
}

/** The same without the segments that cannot be read, where there are others. */
export function captureReadable(live: LiveLog, surveyed: SurveyedLog): CapturedLog {
  if (surveyed.segments.length === 0) return captureFrom(live, surveyed);
  return { live, at: timestamp(live.context.world.now()), surveyed };
}

/** What is missing then: whole segments, and the half lines at the ends of others. */
export function unreadOf({ segments, troubles }: SurveyedLog): UnreadFiles {
  const entries = [
    ...troubles.map(({ path, code }) => fileOf(path, code)),
    ...segments.filter(({ torn }) => torn > 0).map(({ path }) => fileOf(path, TORN)),
  ];
  return { entries: entries.slice(0, NAMED_MAX), total: entries.length };
}

const NAMED_MAX = 1_000;

function fileOf(path: string, code: string): UnreadFile {
  return { raw: Buffer.from(path).toString("latin1"), path, code };
}

/** What a log is now, damaged or not. */
export function surveyLog({ place, context }: LiveLog, signal: AbortSignal): Promise<SurveyedLog> {
  const input: SurveyInput = { place };
  const task = entryModule("stores/event-log/keep/survey-task");
  return context.hosts.run<SurveyedLog>("bytes", task, input, signal);
}

function missing({ identity, place }: LiveLog): SalvorError {
  const what =
    place.glob === null
      ? `${place.address} does not exist`
      : `no file of ${place.address} is called ${place.glob}`;
  return new SalvorError("STORE_MISSING", what, {
    hint: `To bring it back: "salvor restore ${identity.name}@latest --in-place".`,
  });
}

/** A backup that silently lacks a segment would be the worst of all. */
function refuseUnreadable({ place }: LiveLog, { troubles }: SurveyedLog): void {
  const [first] = troubles;
  if (first === undefined) return;
  const more = troubles.length > 1 ? ` and ${troubles.length - 1} more` : "";
  const path = segmentAt(place, first.path);
  if (first.code === IS_DATABASE) {
    throw new SalvorError("REFUSED", `${path}${more} is an SQLite database, and no log of lines`, {
      hint: 'Name the table of its events under "table", or another pattern under "path".',
    });
  }
  if (first.code === "EIO") {
    throw new SalvorError("DISK_FAILED", `the disk failed to read ${path}${more}`, {
      hint: "Check the disk (dmesg, smartctl), then run the command again.",
    });
  }
  throw new SalvorError("PERMISSION_DENIED", `${path}${more} cannot be read: ${first.code}`, {
    hint: "Run as a user that may read it.",
  });
}
