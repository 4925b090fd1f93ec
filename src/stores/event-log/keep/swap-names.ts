import { link } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { copyDurably, diskError, type Disk } from "../../../core/disk.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { systemCode } from "../../../core/errors.ts";
import { nameBeside, segmentAt, type LogPlace } from "../place.ts";
import { segmentFound } from "./list-segments.ts";

/** Where one segment lives, and what stands beside it while it is exchanged. */
export interface SwapNames {
  readonly live: string;
  /** What takes its place. */
  readonly fresh: string;
  /** What was there. */
  readonly old: string;
}

/** What names the files of one exchange: the same one each time that it is tried. */
export function tokenOf(beside: string): string {
  return sha256Hex(Buffer.from(beside)).slice(0, 12);
}

/** The three names of a segment. */
export function namesOf(place: LogPlace, path: string, token: string): SwapNames {
  const live = segmentAt(place, path);
  const beside = (role: "new" | "old"): string =>
    join(dirname(live), nameBeside(basename(live), token, role));
  return { live, fresh: beside("new"), old: beside("old") };
}

/** A second name for a file, in place of what a killed attempt has left; false where that cannot be. */
export async function linkAs(disk: Disk, from: string, to: string): Promise<boolean> {
  await disk.remove(to);
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (["EXDEV", "EPERM", "ENOTSUP", "EMLINK", "ENOSYS"].includes(systemCode(error) ?? ""))
      return false;
    throw diskError(to, error);
  }
}

/** A copy with the mode and the owner of what is copied. */
export async function copyAs(disk: Disk, from: string, to: string): Promise<void> {
  await copyDurably(disk, from, to);
  const found = await disk.stat(from);
  if (found === null) return;
  await using file = await disk.open(to, "update");
  if (process.geteuid?.() === 0) await file.setOwner(found.uid, found.gid);
  await file.setMode(found.mode);
  await file.sync();
}

/** Tells whether a file was written to: it keeps its size and its time under any name. */
export function markAt(place: LogPlace, path: string): string | null {
  const found = segmentFound(place, path);
  return found === null ? null : `${found.size} ${found.mtimeNs}`;
}

/** As `markAt`, of a file beside a segment. */
export function markOfFile(path: string): string | null {
  return markAt({ address: path, glob: null }, ".");
}
