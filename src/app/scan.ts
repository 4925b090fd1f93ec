import {
  silentChangeObservations,
  unexplainedPages,
  type PageRange,
} from "../checks/silent-changes.ts";
import { SalvorError } from "../core/errors.ts";
import type { Observation } from "../core/finding.ts";
import { timed, type HeldStore, type Looked } from "./look.ts";
import { lookAtStores, type Look } from "./look-at-stores.ts";
import type { Session } from "./session.ts";
import type { LookOptions } from "./types.ts";
import type { LookedStore, ScanDocument, ScannedStore } from "./look-documents.ts";

/** What a scan adds to what every look says of a store. */
export type ScanFacts = Omit<ScannedStore, keyof LookedStore>;

/** Is anything physically damaged? */
export const scanLook: Look<ScanFacts> = { kind: "scan", at: scanHeld };

/** `scan`: every store, page by page. */
export function scanStores(
  session: Session,
  options: LookOptions,
  signal: AbortSignal,
): Promise<ScanDocument> {
  return lookAtStores(session, scanLook, options, signal);
}

function scanHeld(held: HeldStore, signal: AbortSignal): Promise<Looked<ScanFacts>> {
  return timed(held, "scan", async () => {
    const [inspection, silent] = await Promise.all([
      held.specimen.inspect("scan", signal),
      silentChanges(held, signal),
    ]);
    const { observations, complete, checked, pages, pageMap } = inspection;
    const ranges = unexplainedPages(silent.ranges, observations);
    return {
      observations: [...observations, ...silentObservations(held, ranges)],
      complete,
      checked,
      facts: { pages, pageMap, silentChanges: silent.verdict },
    };
  });
}

function silentObservations({ newest }: HeldStore, ranges: Ranges): readonly Observation[] {
  return newest === null ? [] : silentChangeObservations({ ranges, snapshot: newest });
}

type Ranges = readonly PageRange[];

interface Silent {
  readonly ranges: Ranges;
  readonly verdict: ScannedStore["silentChanges"];
}

const CANNOT_TELL: Silent = { ranges: [], verdict: "cannot tell" };

/** Where the bytes prove that nothing was committed since the newest snapshot, pages must be equal. */
async function silentChanges(held: HeldStore, signal: AbortSignal): Promise<Silent> {
  const { newest, store } = held;
  if (newest === null) return CANNOT_TELL;
  try {
    if ((await store.hasMoved(newest.receipt.recorded, signal)) !== false) return CANNOT_TELL;
    const ranges = await differingRanges(held, newest.id, signal);
    // A commit that came while we looked explains what differs.
    if (ranges === null) return CANNOT_TELL;
    if (ranges.length === 0) return { ranges, verdict: "none" };
    if ((await store.hasMoved(newest.receipt.recorded, signal)) !== false) return CANNOT_TELL;
    return { ranges, verdict: "found" };
  } catch (error) {
    signal.throwIfAborted();
    // A repository that cannot be read is no damage of this store.
    if (error instanceof SalvorError) return CANNOT_TELL;
    throw error;
  }
}

/** Over all files of pages; null when the image has none. */
async function differingRanges(
  { session, specimen: { image } }: HeldStore,
  snapshot: string,
  signal: AbortSignal,
): Promise<Ranges | null> {
  if (image === null) return null;
  const repository = await session.repository(signal);
  let found: Ranges | null = null;
  for await (const { name, pages } of image.parts(signal)) {
    if (pages === null) continue;
    const ranges = await repository.differingPages(snapshot, { name, pages }, signal);
    if (ranges !== null) found = [...(found ?? []), ...ranges];
  }
  return found;
}
