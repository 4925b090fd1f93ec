import {
  chmodSync,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lutimesSync,
  utimesSync,
} from "node:fs";

import { systemCode } from "../../core/errors.ts";
import type { TreeEntry } from "./entry.ts";
import { floorDivide, grainOf } from "./rows.ts";

/** What an entry has besides its name and content. */
export type Attributes = Pick<TreeEntry, "mode" | "uid" | "gid" | "mtimeNs">;

type Place = string | Buffer;

/** Owner first: changing it takes the set-user-id bit away. */
export function setFileAttributes(file: number, of: Attributes): void {
  tryOwner(() => fchownSync(file, of.uid, of.gid));
  fchmodSync(file, of.mode);
  const time = timeOf(of.mtimeNs);
  futimesSync(file, time, time);
}

/** For a folder that no further name comes or goes in. */
export function setFolderAttributes(place: Place, of: Attributes): void {
  tryOwner(() => lchownSync(place, of.uid, of.gid));
  chmodSync(place, of.mode);
  const time = timeOf(of.mtimeNs);
  utimesSync(place, time, time);
}

/** A link has no mode of its own. */
export function setLinkAttributes(place: Place, of: Attributes): void {
  tryOwner(() => lchownSync(place, of.uid, of.gid));
  const time = timeOf(of.mtimeNs);
  lutimesSync(place, time, time);
}

/** Only root gives files away. Others own what they restore, and the receipt does not mind. */
function tryOwner(change: () => void): void {
  if (process.geteuid?.() !== 0) return;
  try {
    change();
  } catch (error) {
    if (systemCode(error) !== "EPERM") throw error; // a container's root may be nobody's
  }
}

/**
 * Seconds as Node wants them. A double rounds them by a quarter of a microsecond, so that the middle
 * of the microsecond that is meant always falls into it. Far from now, whole seconds are exact.
 */
function timeOf(ns: bigint): number | string {
  const grain = grainOf(ns);
  const count = Number(floorDivide(ns, grain));
  const seconds = grain === 1000n ? (count + 0.5) / 1e6 : count;
  return seconds < 0 ? String(seconds) : seconds; // Node takes a negative number for "now"
}
