import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { systemCode } from "../../../core/errors.ts";
import type { HostTask } from "../../host/messages.ts";
import type { LogPlace } from "../place.ts";
import { contentDigest } from "./blocks.ts";
import { listSegments, type FoundSegment } from "./list-segments.ts";
import { surveySegment, type SurveyedSegment } from "./survey-segment.ts";

/** Which log is read. */
export interface SurveyInput {
  readonly place: LogPlace;
}

/** A log at one instant: its whole lines, and how they are told from all others. */
export interface SurveyedLog {
  /** Sorted by path. Empty: there is no log. */
  readonly segments: readonly SurveyedSegment[];
  /** Paths that changed otherwise than by growing, each time. */
  readonly changed: readonly string[];
  /** What cannot be read. */
  readonly troubles: readonly { readonly path: string; readonly code: string }[];
  /** Of names and marks, torn ends included. */
  readonly fingerprint: string;
  /** Of names and bytes. */
  readonly content: string;
}

const ROUNDS_MAX = 5;
const PAUSE_MS = 25;

/** Reads a log once, and again as often as its files change places meanwhile. */
export const task: HostTask<SurveyInput, SurveyedLog> = async ({ place }) => {
  const known = new Map<string, SurveyedSegment>();
  for (let round = 1; ; round += 1) {
    const surveyed = surveyLog(place, known);
    if (surveyed.changed.length === 0 || round === ROUNDS_MAX) return surveyed;
    await delay(PAUSE_MS);
  }
};

function surveyLog(place: LogPlace, known: Map<string, SurveyedSegment>): SurveyedLog {
  const before = listSegments(place);
  const segments: SurveyedSegment[] = [];
  const changed: string[] = [];
  const troubles: { path: string; code: string }[] = [];
  for (const found of before) {
    try {
      const surveyed = known.get(markOf(found)) ?? surveySegment(place, found);
      if (surveyed === null) changed.push(found.path);
      else {
        known.set(markOf(found), surveyed);
        segments.push({ ...surveyed, path: found.path });
      }
    } catch (error) {
      const code = systemCode(error);
      if (code === null) throw error;
      if (code === "ENOENT") changed.push(found.path);
      else troubles.push({ path: found.path, code });
    }
  }
  for (const path of moved(before, listSegments(place))) changed.push(path);
  return {
    segments,
    changed,
    troubles,
    fingerprint: fingerprintOf(before),
    content: contentOf(segments),
  };
}

/** What was read under another name need not be read again. */
function markOf({ inode, size, mtimeNs }: FoundSegment): string {
  return `${inode} ${size} ${mtimeNs}`;
}

/** Segments that went away or took another's name while all were read. Growing is what a log does. */
function moved(before: readonly FoundSegment[], after: readonly FoundSegment[]): readonly string[] {
  const now = new Map(after.map(({ path, inode }) => [path, inode]));
  return before.filter(({ path, inode }) => now.get(path) !== inode).map(({ path }) => path);
}

/** What tells the files of a log from every other state of them, without reading. */
export function fingerprintOf(found: readonly FoundSegment[]): string {
  if (found.length === 0) return "gone";
  const hash = createHash("sha256");
  for (const each of found) hash.update(`${each.path}\0${markOf(each)}\n`);
  return hash.digest("hex");
}

function contentOf(segments: readonly SurveyedSegment[]): string {
  const hash = createHash("sha256");
  for (const { path, size, blocks } of segments)
    hash.update(`${path}\0${size}\0${contentDigest(blocks)}\n`);
  return hash.digest("hex");
}
