import { closeSync, constants, fchmodSync, fsyncSync, futimesSync, mkdirSync } from "node:fs";
import { openSync, readSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

import { diskError } from "../../../core/disk.ts";
import { systemCode } from "../../../core/errors.ts";
import type { HostTask } from "../../host/messages.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { listSegments, type FoundSegment } from "./list-segments.ts";
import { fingerprintOf } from "./survey-task.ts";

/** A log, and where its copy goes, where nothing is yet. */
export interface QuarantineInput {
  readonly place: LogPlace;
  readonly target: LogPlace;
}

/** What was copied. */
export interface QuarantinedLog {
  readonly exists: boolean;
  /** Of the log when it was copied. */
  readonly fingerprint: string;
  /** What could not be read, for people. */
  readonly missed: readonly string[];
}

const ROUNDS_MAX = 5;
const buffer = Buffer.allocUnsafeSlow(1 << 20);

/** Copies the files of a log as they are, torn ends and all, and syncs the copies. */
export const task: HostTask<QuarantineInput, QuarantinedLog> = async ({ place, target }) => {
  for (let round = 1; ; round += 1) {
    const found = listSegments(place);
    const missed = found.flatMap((each) => copySegment(place, target, each) ?? []);
    const fingerprint = fingerprintOf(found);
    const isSame = fingerprintOf(listSegments(place)) === fingerprint;
    // What was appended meanwhile makes the exchange ask for a new quarantine.
    if (isSame || round === ROUNDS_MAX) return { exists: found.length > 0, fingerprint, missed };
    for (const { path } of found) rmSync(segmentAt(target, path), { force: true });
  }
};

/** Null when all of it was copied, else why not. */
function copySegment(place: LogPlace, target: LogPlace, found: FoundSegment): string | null {
  const to = segmentAt(target, found.path);
  return told(to, () => {
    if (target.glob !== null) mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = openSync(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      const trouble = copyBytes(segmentAt(place, found.path), file, found.size);
      const seconds = Number(found.mtimeNs / 1_000_000n) / 1000;
      fchmodSync(file, found.mode);
      futimesSync(file, seconds, seconds);
      fsyncSync(file);
      return trouble === null ? null : `${found.path} (${trouble})`;
    } finally {
      closeSync(file);
    }
  });
}

/** Damage does not end a copy: what can be read before it is all the more needed. */
function copyBytes(from: string, to: number, size: number): string | null {
  let source: number;
  try {
    source = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return codeOf(error);
  }
  try {
    for (let done = 0; done < size;) {
      const count = readAt(source, done, Math.min(buffer.length, size - done));
      if (typeof count === "string") return count;
      if (count === 0) return null;
      for (let written = 0; written < count;)
        written += writeSync(to, buffer, written, count - written, done + written);
      done += count;
    }
    return null;
  } finally {
    closeSync(source);
  }
}

function readAt(file: number, position: number, length: number): number | string {
  try {
    return readSync(file, buffer, 0, length, position);
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  const code = systemCode(error);
  if (code === null) throw error;
  return code;
}

function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(path, error);
  }
}
