import { SalvorError } from "../../core/errors.ts";
import type { Observation } from "../../core/finding.ts";
import type { JsonObject } from "../../core/json.ts";
import { entryModule } from "../../core/module.ts";
import type { CaptureOptions } from "../capture-options.ts";
import type { DriverContext, Image, Specimen, Store } from "../types.ts";
import type { HeldLog } from "./held.ts";
import { captureFrom, captureLog, captureReadable, surveyLog, unreadOf } from "./keep/capture.ts";
import { discardLog, exchangeLog, putBackLog } from "./keep/exchange.ts";
import { openImage } from "./keep/image.ts";
import { listSegments } from "./keep/list-segments.ts";
import type { LiveLog } from "./keep/live.ts";
import { hasMoved } from "./keep/moved.ts";
import { quarantineLog } from "./keep/quarantine.ts";
import { restoreLog } from "./keep/restore.ts";
import { usersOf } from "./keep/users.ts";
import { amendLog } from "./mend/mend.ts";
import { inspectLog, observeMissing } from "./looks/inspect.ts";
import type { EventLogOptions } from "./options.ts";
import { placeOf } from "./place.ts";

/** Opens nothing: each call works on the files as they are then. */
export function openLogStore(
  name: string,
  options: EventLogOptions,
  context: DriverContext,
): Store {
  const place = placeOf(options.path);
  const given = options as unknown as JsonObject; // as JSON spells it, defaults included
  const identity = { name, driver: "event-log", address: place.address, options: given };
  const live: LiveLog = { identity, place, options, context };
  return {
    identity,
    events: { module: entryModule("stores/event-log/open-events").href, input: given },
    preflight: async () => preflight(live),
    hold: (signal) => holdLog(live, signal),
    capture: (asked, signal) => capture(live, asked, signal),
    restore: async (content, { only }, signal) => {
      if (only !== undefined) throw hasNoFiles(place.address);
      await restoreLog(live, content, signal);
    },
    compareFiles: async () => {
      throw hasNoFiles(place.address);
    },
    quarantine: (folder, signal) => quarantineLog(live, folder, signal),
    hasMoved: (since, signal) => hasMoved(live, since, signal),
    users: () => usersOf(place),
    exchange: (beside, quarantine, choices, signal) =>
      exchangeLog(live, beside, { quarantine, options: choices }, signal),
    putBack: (quarantine, choices, signal) => putBackLog(live, quarantine, choices, signal),
    amend: (amendment, signal) => amendLog(live, amendment, signal),
    discard: () => discardLog(live),
    [Symbol.asyncDispose]: async () => {},
  };
}

function preflight({ place }: LiveLog): readonly Observation[] {
  if (listSegments(place).length > 0) return [];
  const below = place.glob === null ? "" : ` that ${place.glob} names`;
  return [observeMissing(`there is no file at ${place.address}${below}`)];
}

async function capture(
  live: LiveLog,
  { readable = false }: CaptureOptions,
  signal: AbortSignal,
): Promise<Image> {
  if (!readable) return openImage(await captureLog(live, signal));
  const surveyed = await surveyLog(live, signal);
  return { ...openImage(captureReadable(live, surveyed)), unread: unreadOf(surveyed) };
}

/** Holds a log: an image where all of it can be read, and what can be read in any case. */
async function holdLog(live: LiveLog, signal: AbortSignal): Promise<Specimen> {
  const surveyed = await surveyLog(live, signal);
  const held: HeldLog = { live, surveyed, ...imageOf(live, surveyed) };
  return {
    image: held.image,
    trouble: held.trouble,
    inspect: (kind, abort) => inspectLog(held, kind, abort),
    [Symbol.asyncDispose]: async () => {
      await held.image?.[Symbol.asyncDispose]();
    },
  };
}

/** What cannot be read is the log's own trouble, and is looked into. */
function imageOf(live: LiveLog, surveyed: HeldLog["surveyed"]): Pick<HeldLog, "image" | "trouble"> {
  try {
    return { image: openImage(captureFrom(live, surveyed)), trouble: null };
  } catch (error) {
    if (error instanceof SalvorError) return { image: null, trouble: error };
    throw error;
  }
}

/** Its segments are one sequence of events: without the others, one of them means nothing. */
function hasNoFiles(address: string): SalvorError {
  return new SalvorError("USAGE", `${address} is a log, whose files are restored together`, {
    hint: 'Restore it whole, or mend what is damaged: "salvor recover".',
  });
}
