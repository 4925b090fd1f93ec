import { lstatSync, readdirSync } from "node:fs";

import { systemCode } from "../../../core/errors.ts";
import { globPattern } from "../../glob.ts";
import { isOurs, ONLY, segmentAt, type LogPlace } from "../place.ts";

/** A file that belongs to a log, as it was found. */
export interface FoundSegment {
  /** Relative to the log, with "/". */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeNs: bigint;
  /** Device and number: what stays when a file is renamed. */
  readonly inode: string;
}

/** The files of a log, sorted by their paths; only these are ever touched. */
export function listSegments(place: LogPlace): readonly FoundSegment[] {
  const paths = place.glob === null ? [ONLY] : pathsBelow(place.address, place.glob);
  return paths.flatMap((path) => segmentFound(place, path) ?? []);
}

/** Null when no file has this name any more. */
export function segmentFound(place: LogPlace, path: string): FoundSegment | null {
  const found = lstatSync(segmentAt(place, path), { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return null;
  return {
    path,
    size: Number(found.size),
    mode: Number(found.mode) & 0o7777,
    uid: Number(found.uid),
    gid: Number(found.gid),
    mtimeNs: found.mtimeNs,
    inode: `${found.dev}:${found.ino}`,
  };
}

function pathsBelow(folder: string, glob: string): readonly string[] {
  const names = glob.split("/");
  const isDeep = names.some((name) => name.includes("**") || /[{\\]/.test(name));
  const whole = globPattern(glob);
  const found: string[] = [];
  const enter = (below: string, depth: number): void => {
    for (const entry of namesIn(below === "" ? folder : `${folder}/${below}`)) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const isLast = depth === names.length - 1;
      if (entry.isDirectory() && (isDeep || (!isLast && matches(names[depth], entry.name))))
        enter(path, depth + 1);
      else if (entry.isFile() && whole.test(path) && !isOurs(entry.name)) found.push(path);
    }
  };
  enter("", 0);
  return found.toSorted();
}

function matches(pattern: string | undefined, name: string): boolean {
  return pattern !== undefined && globPattern(pattern).test(name);
}

function namesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
    throw error;
  }
}
