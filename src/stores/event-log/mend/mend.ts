import { basename, dirname, join } from "node:path";

import * as z from "zod";

import { readWhole, writeDurably, type Disk } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import { entryModule } from "../../../core/module.ts";
import { foreignAmendment } from "../../refusals.ts";
import type { Amended, Amendment, Quarantine } from "../../types.ts";
import { surveyLog } from "../keep/capture.ts";
import { EVENTS } from "../keep/collections.ts";
import type { LiveLog } from "../keep/live.ts";
import { isPartial, liveFingerprint } from "../../files/partial-quarantine.ts";
import { quarantineLog } from "../keep/quarantine.ts";
import { settleSwap, swapSegments } from "../keep/swap.ts";
import { refuseUsed } from "../keep/users.ts";
import { ONLY } from "../place.ts";
import type { MendedLog, MendEventsInput } from "./mend-task.ts";

type MendEvents = Extract<Amendment, { kind: "mend-events" }>;

/** How often a log may be written to between its quarantine and its exchange. */
const ROUNDS_MAX = 5;

/**
 * Mends a live log from restored copies: it goes to quarantine, is merged beside, and its segments are
 * exchanged. What is appended meanwhile begins it anew; killed and called again, it ends what it began.
 */
export async function amendLog(
  live: LiveLog,
  amendment: Amendment,
  signal: AbortSignal,
): Promise<Amended> {
  if (amendment.kind !== "mend-events") throw foreignAmendment("an event log", amendment);
  if (amendment.dryRun) return rehearse(live, amendment, signal);
  const { context, place } = live;
  const beside = join(dirname(place.address), `.${basename(place.address)}.salvor-mend`);
  await settleSwap(live, beside);
  const begun = await readWork(context.disk, amendment.quarantine);
  if (begun !== null && (await surveyLog(live, signal)).content === begun.content) {
    await context.disk.removeFolder(beside);
    return amendedOf(live, begun.mended, begun.quarantine);
  }
  for (let round = 1; ; round += 1) {
    try {
      return await mendOnce(live, amendment, beside, signal);
    } catch (error) {
      const isChanged = error instanceof SalvorError && error.code === "STORE_CHANGED";
      if (!isChanged || round === ROUNDS_MAX) throw error;
    } finally {
      await context.disk.removeFolder(beside);
    }
  }
}

async function mendOnce(
  live: LiveLog,
  { sources, quarantine: folder, takeOut, unseen }: MendEvents,
  beside: string,
  signal: AbortSignal,
): Promise<Amended> {
  const { place, context } = live;
  await refuseUsed(place, { unseen });
  const quarantine = await quarantineLog(live, folder, signal);
  const mended = await merge(
    live,
    { log: quarantine.address, sources, target: beside, takeOut },
    signal,
  );
  const from = { ...place, address: beside };
  const { content } = await surveyLog({ ...live, place: from }, signal);
  const work: Work = { formatVersion: 1, quarantine, content, mended };
  await writeDurably(context.disk, workPath(folder), Buffer.from(JSON.stringify(work)));
  const fingerprint = liveFingerprint(quarantine);
  const keep = isPartial(quarantine);
  await swapSegments(live, { from, isKept: false, beside, fingerprint, keep }, signal);
  return amendedOf(live, mended, quarantine);
}

/** The same in scratch space. */
async function rehearse(
  live: LiveLog,
  { sources, takeOut }: MendEvents,
  signal: AbortSignal,
): Promise<Amended> {
  const { scratch, world, disk } = live.context;
  const folder = join(scratch, world.newId("mend"));
  try {
    const { address: log } = await quarantineLog(live, folder, signal);
    const target = join(folder, "mended");
    return amendedOf(live, await merge(live, { log, sources, target, takeOut }, signal), null);
  } finally {
    await disk.removeFolder(folder);
  }
}

function merge(
  { identity, context }: LiveLog,
  input: Omit<MendEventsInput, "options">,
  signal: AbortSignal,
): Promise<MendedLog> {
  const task = entryModule("stores/event-log/mend/mend-task");
  const given: MendEventsInput = { ...input, options: identity.options };
  return context.hosts.run<MendedLog>("bytes", task, given, signal);
}

function amendedOf(
  { place }: LiveLog,
  { changed, ...events }: MendedLog,
  quarantine: Quarantine | null,
): Amended {
  const none = { refused: [], refusedTotal: 0, forgotten: 0 };
  const replaced = changed.map((path) => (path === ONLY ? basename(place.address) : path));
  const collection = {
    name: EVENTS.name,
    created: false,
    back: events.restored,
    keys: [],
    ...none,
  };
  return { collections: [collection], doubts: [], touched: [], replaced, events, quarantine };
}

/** What was about to be done when it was written down. */
interface Work {
  readonly formatVersion: 1;
  readonly quarantine: Quarantine;
  /** Of the log that is to be. */
  readonly content: string;
  readonly mended: MendedLog;
}

const begunWork = z.object({ formatVersion: z.literal(1), content: z.string() });

function workPath(folder: string): string {
  return join(folder, "mended.json");
}

/** Null when nothing was about to be done. The folder is our own. */
async function readWork(disk: Disk, folder: string): Promise<Work | null> {
  const bytes = await readWhole(disk, workPath(folder));
  if (bytes === null) return null;
  const parsed: unknown = JSON.parse(bytes.toString());
  return begunWork.safeParse(parsed).success ? (parsed as Work) : null;
}
