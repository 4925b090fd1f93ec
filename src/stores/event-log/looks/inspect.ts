import { mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";

import type { SalvorError } from "../../../core/errors.ts";
import type { Observation } from "../../../core/finding.ts";
import { entryModule } from "../../../core/module.ts";
import { timestamp } from "../../../core/world.ts";
import { emptyInspection } from "../../inspection.ts";
import type { FileFacts } from "../../facts.ts";
import type { Inspection, InspectionKind } from "../../types.ts";
import type { HeldLog } from "../held.ts";
import { IS_DATABASE, type SurveyedSegment } from "../keep/survey-segment.ts";
import type { SurveyedLog } from "../keep/survey-task.ts";
import { ONLY, segmentAt } from "../place.ts";
import { observe } from "./findings.ts";
import type { Look, LookInput } from "./look-task.ts";

/** One look at a log that is held. */
export async function inspectLog(
  held: HeldLog,
  kind: InspectionKind,
  signal: AbortSignal,
): Promise<Inspection> {
  const { live, surveyed, image, trouble } = held;
  if (trouble !== null) return unreadable(held, trouble);
  const look = await lookAt(held, kind, signal);
  const { observations, checked } = look;
  if (kind !== "audit") return { ...emptyInspection, observations, checked };
  const counts = await countsOf(image, signal);
  const files = surveyed.segments.map((each) => factsOf(live.place, each, look));
  return { ...emptyInspection, observations, checked, files, collections: counts };
}

/** There is no log, or none that can be read. */
export function observeMissing(description: string): Observation {
  return observe("event-log.missing", description, {});
}

async function lookAt({ live }: HeldLog, kind: InspectionKind, signal: AbortSignal): Promise<Look> {
  const { hosts, scratch } = live.context;
  const folder = await mkdtemp(join(scratch, "look-"));
  try {
    const input: LookInput = { kind, options: live.options, scratch: folder };
    const task = entryModule("stores/event-log/looks/look-task");
    return await hosts.run<Look>("bytes", task, input, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function countsOf(
  image: HeldLog["image"],
  signal: AbortSignal,
): Promise<Inspection["collections"]> {
  if (image === null) return null;
  const { receipt } = await image.seal({ portable: false }, signal);
  const counts = Object.entries(receipt.collections).map(([name, { count }]) => [name, count]);
  return Object.fromEntries(counts) as Record<string, number>;
}

function factsOf(place: HeldLog["live"]["place"], segment: SurveyedSegment, look: Look): FileFacts {
  const file = segment.path === ONLY ? basename(place.address) : segment.path;
  const damaged = look.damaged[file] ?? 0;
  const digest = look.digests[file];
  return {
    path: segmentAt(place, segment.path),
    exists: true,
    readable: digest !== undefined,
    sizeBytes: segment.size + segment.torn,
    modifiedAt: timestamp(Number(segment.mtimeNs / 1_000_000n)),
    sha256: digest === undefined ? null : `sha256:${digest}`,
    valid: damaged === 0,
    error: damaged === 0 ? null : `${damaged} of its lines are damaged`,
  };
}

function unreadable({ live, surveyed }: HeldLog, trouble: SalvorError): Inspection {
  const { place } = live;
  if (trouble.code === "STORE_MISSING") {
    const facts = noFacts(place.address, false, trouble.message);
    const observations = [observeMissing(trouble.message)];
    return { ...emptyInspection, observations, complete: false, files: [facts] };
  }
  const troubles = surveyed.troubles.map(({ path, code }) => ({
    code,
    path: segmentAt(place, path),
    file: path === ONLY ? basename(place.address) : path,
  }));
  return {
    ...emptyInspection,
    observations: troubles.map(({ file, code }) => observeFile(file, code)),
    complete: false,
    files: troubles.map(({ path, code }) => noFacts(path, true, sentence(code))),
  };
}

function observeFile(file: string, code: SurveyedLog["troubles"][number]["code"]): Observation {
  const kind = code === "EIO" ? "event-log.file.hardware" : "event-log.file.unreadable";
  return observe(kind, `${file}: ${sentence(code)}`, { file }, code);
}

function sentence(code: string): string {
  if (code === IS_DATABASE) return "it is an SQLite database, and no log of lines";
  return code === "EIO" ? "the disk fails to read it" : `it cannot be read: ${code}`;
}

function noFacts(path: string, exists: boolean, error: string): FileFacts {
  const facts = { sizeBytes: null, modifiedAt: null, sha256: null, valid: false };
  return { path, exists, readable: false, ...facts, error };
}
