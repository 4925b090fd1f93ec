import { basename, dirname, join, resolve } from "node:path";

import type { ExchangeOptions, Quarantine } from "../../types.ts";
import { listSegments } from "./list-segments.ts";
import type { LiveLog } from "./live.ts";
import { isPartial, liveFingerprint } from "../../files/partial-quarantine.ts";
import { DRAFT } from "./restore.ts";
import { fingerprintOf } from "./survey-task.ts";
import { settleSwap, swapSegments } from "./swap.ts";
import { removeMarker } from "./swap-marker.ts";
import { refuseUsed } from "./users.ts";

/** Puts the log beside in the live one's place; what is replaced is in quarantine. */
export async function exchangeLog(
  log: LiveLog,
  beside: string,
  { quarantine, options }: { quarantine: Quarantine; options: ExchangeOptions },
  signal: AbortSignal,
): Promise<void> {
  const { place, context } = log;
  const address = resolve(beside);
  await refuseUsed(place, options);
  const swap = {
    from: { ...place, address },
    isKept: false,
    beside: address,
    fingerprint: liveFingerprint(quarantine),
    keep: isPartial(quarantine),
  };
  await swapSegments(log, swap, signal);
  await context.disk.removeFolder(address);
  await context.disk.syncFolder(dirname(address));
}

/** Takes an exchange back: the segments in quarantine, damaged or not, live here again. */
export async function putBackLog(
  log: LiveLog,
  quarantine: Quarantine,
  options: ExchangeOptions,
  signal: AbortSignal,
): Promise<void> {
  const { place } = log;
  const { address } = place;
  const beside = join(dirname(address), `.${basename(address)}.salvor-put-back`);
  await settleSwap(log, beside);
  const fingerprint = fingerprintOf(listSegments(place));
  if (fingerprint === liveFingerprint(quarantine)) return; // nothing was exchanged
  await refuseUsed(place, options);
  const from = { ...place, address: quarantine.address };
  await swapSegments(log, { from, isKept: true, beside, fingerprint, keep: false }, signal);
}

/** Removes a log that a restore built, and its draft, after ending an exchange begun with it. */
export async function discardLog(log: LiveLog): Promise<void> {
  const { place, context } = log;
  const { disk } = context;
  await settleSwap(log, place.address);
  await disk.removeFolder(place.address);
  await disk.removeFolder(place.address + DRAFT);
  if ((await disk.stat(dirname(place.address))) !== null) await removeMarker(disk, place.address);
}
