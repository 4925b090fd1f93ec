import { dirname } from "node:path";

import type { Disk } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import { readBytesDigest } from "./file-digest.ts";
import { listSegments } from "./list-segments.ts";
import type { LiveLog } from "./live.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { fingerprintOf } from "./survey-task.ts";
import { readMarker, removeMarker, writeMarker } from "./swap-marker.ts";
import type { SwapChange, SwapMarker } from "./swap-marker.ts";
import { copyAs, linkAs, markAt, markOfFile, namesOf, tokenOf } from "./swap-names.ts";

/** Segments that take the place of live ones. */
export interface Swap {
  /** A log of the same options. */
  readonly from: LogPlace;
  /** The segments stay where they are too, because somebody keeps them there. */
  readonly isKept: boolean;
  /** Names the marker; in the folder that holds the live log. */
  readonly beside: string;
  /** What the live log must be when it begins. */
  readonly fingerprint: string;
  /** Keep what is replaced: nobody has all of it. */
  readonly keep: boolean;
}

/**
 * Puts segments in the place of the live ones, each by one rename, all or none: what was begun and
 * killed is finished by the next call, or taken back by `settleSwap`. A segment that is the same
 * already stays as it is.
 *
 * @throws {SalvorError} STORE_CHANGED when the live log is not what the fingerprint says.
 */
export async function swapSegments(
  { place, context }: LiveLog,
  swap: Swap,
  signal: AbortSignal,
): Promise<void> {
  const { disk } = context;
  let marker = await readMarker(disk, swap.beside);
  if (marker === null) {
    const token = tokenOf(swap.beside);
    refuseChanged(place, swap.fingerprint);
    const changes = await changesOf(place, swap.from);
    for (const change of changes) await stage(disk, place, swap, change, token);
    signal.throwIfAborted();
    refuseChanged(place, swap.fingerprint);
    marker = { live: place.address, token, keep: swap.keep, changes };
    await writeMarker(disk, swap.beside, marker);
  }
  for (const change of marker.changes) await apply(disk, place, change, marker.token);
  await refuseWritten(disk, place, swap.beside, marker);
  await endSwap(context, place, swap.beside, marker);
}

/** Ends what a killed swap has left: whole as it was, or, where all is done but tidying, as it is. */
export async function settleSwap(
  { place, context }: Pick<LiveLog, "place" | "context">,
  beside: string,
): Promise<void> {
  const marker = await readMarker(context.disk, beside);
  if (marker === null) return;
  const live = { ...place, address: marker.live };
  if (await isApplied(context.disk, live, marker)) await endSwap(context, live, beside, marker);
  else await takeBack(context.disk, live, beside, marker);
}

async function changesOf(live: LogPlace, from: LogPlace): Promise<SwapChange[]> {
  const fresh = new Set(listSegments(from).map(({ path }) => path));
  const old = new Set(listSegments(live).map(({ path }) => path));
  const changes: SwapChange[] = [];
  for (const path of [...fresh].toSorted()) {
    const isThere = old.has(path);
    if (isThere && (await isSame(segmentAt(live, path), segmentAt(from, path)))) continue;
    const action = isThere ? "replace" : "create";
    changes.push({ path, action, mark: markAt(live, path) });
  }
  for (const path of old) {
    if (!fresh.has(path)) changes.push({ path, action: "remove", mark: markAt(live, path) });
  }
  return changes;
}

async function isSame(left: string, right: string): Promise<boolean> {
  const [one, other] = [await readBytesDigest(left), await readBytesDigest(right)];
  return one !== null && one === other;
}

/** Brings what takes a segment's place into the segment's own folder, synced. */
async function stage(
  disk: Disk,
  place: LogPlace,
  { from, isKept }: Swap,
  { path, action }: SwapChange,
  token: string,
): Promise<void> {
  const { fresh, live, old } = namesOf(place, path, token);
  await disk.remove(fresh);
  await disk.remove(old);
  if (action === "remove") return;
  if (place.glob !== null) await disk.makeFolder(dirname(live), 0o755);
  const source = segmentAt(from, path);
  // What is kept must not be one file with what goes on being written to.
  if (isKept || !(await linkAs(disk, source, fresh))) await copyAs(disk, source, fresh);
  await disk.syncFolder(dirname(fresh));
}

async function apply(
  disk: Disk,
  place: LogPlace,
  { path, action }: SwapChange,
  token: string,
): Promise<void> {
  const { live, fresh, old } = namesOf(place, path, token);
  if (action === "remove") {
    if ((await disk.stat(live)) !== null && (await disk.stat(old)) === null)
      await disk.rename(live, old);
  } else {
    if ((await disk.stat(fresh)) === null) return; // done before we were killed
    if (action === "replace" && (await disk.stat(live)) !== null) await putOld(disk, live, old);
    await disk.rename(fresh, live);
  }
  await disk.syncFolder(dirname(live));
}

/** Where there are no second names, nothing has the name for a moment. */
async function putOld(disk: Disk, live: string, old: string): Promise<void> {
  if ((await disk.stat(old)) !== null) return;
  if (!(await linkAs(disk, live, old))) await disk.rename(live, old);
}

/** Somebody may have written between the look and the rename: then the old log lives on. */
async function refuseWritten(
  disk: Disk,
  place: LogPlace,
  beside: string,
  marker: SwapMarker,
): Promise<void> {
  for (const { path, mark } of marker.changes) {
    const now = markOfFile(namesOf(place, path, marker.token).old);
    if (now === null || now === mark) continue;
    await takeBack(disk, place, beside, marker);
    throw changed(place.address);
  }
}

async function takeBack(
  disk: Disk,
  place: LogPlace,
  beside: string,
  marker: SwapMarker,
): Promise<void> {
  for (const { path, action } of marker.changes) {
    const { live, fresh, old } = namesOf(place, path, marker.token);
    if ((await disk.stat(old)) !== null) {
      await disk.rename(old, live);
      await disk.remove(old); // two names of one file: a rename leaves both
    } else if (action === "create" && (await disk.stat(fresh)) === null) {
      await disk.remove(live);
    }
    await disk.remove(fresh);
    if ((await disk.stat(dirname(live))) !== null) await disk.syncFolder(dirname(live));
  }
  await removeMarker(disk, beside);
}

async function isApplied(disk: Disk, place: LogPlace, marker: SwapMarker): Promise<boolean> {
  for (const { path, action } of marker.changes) {
    const { live, fresh } = namesOf(place, path, marker.token);
    const left = action === "remove" ? live : fresh;
    if ((await disk.stat(left)) !== null) return false;
  }
  return true;
}

/** What was replaced goes, once it is certain that a copy has all of it. */
async function endSwap(
  { disk, world }: LiveLog["context"],
  place: LogPlace,
  beside: string,
  { keep, token, changes }: SwapMarker,
): Promise<void> {
  for (const { path, mark } of changes) {
    const { old } = namesOf(place, path, token);
    const now = markOfFile(old);
    if (now === null) continue;
    if (keep || now !== mark) {
      world.log.warn("what has no copy was kept, under another name", { old });
      continue;
    }
    await disk.remove(old);
    await disk.syncFolder(dirname(old));
  }
  await removeMarker(disk, beside);
}

function refuseChanged(place: LogPlace, fingerprint: string): void {
  if (fingerprintOf(listSegments(place)) !== fingerprint) throw changed(place.address);
}

function changed(address: string): SalvorError {
  const message = `${address} was written to after it was put in quarantine`;
  return new SalvorError("STORE_CHANGED", message, {
    hint: "Run the command again; stop the program that writes to it if that does not help.",
  });
}
