import { dirname, join } from "node:path";

import type { JsonObject } from "../core/json.ts";
import type { Loss } from "../core/loss.ts";
import type { EventLoss } from "../stores/mended-events.ts";
import type { Address, Amended } from "../stores/types.ts";
import type { RecoveryContext } from "./context.ts";
import { discard, isDamaged } from "./steps/build-beside.ts";

/** Which event log is mended, and what with. */
export interface MendEventsRequest {
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly repository: string | null;
  /** Folder that receives the log as it was. */
  readonly quarantine: string;
  /** Snapshots, newest first. */
  readonly candidates: readonly { readonly id: string; readonly name: string }[];
  /** What is lost leaves the log, unless one of the snapshots cannot be read. */
  readonly takeOut: boolean;
  readonly unseen: boolean;
  readonly dryRun: boolean;
}

/** What became of a log, and the snapshots that it was mended from, newest first. */
export interface MendedFrom {
  readonly amended: Amended;
  readonly snapshots: readonly string[];
}

type Note = (sentence: string) => Promise<void>;

/**
 * Mends the events of a live log. Snapshots are asked from the newest on, as long as something is
 * missing that an older one may have.
 */
export async function mendEvents(
  recovery: RecoveryContext,
  request: MendEventsRequest,
  note: Note,
  signal: AbortSignal,
): Promise<MendedFrom> {
  const { store, driver, options, quarantine, unseen } = request;
  await using copies = new EventCopies(recovery, request);
  await using live = await recovery.openStore(store, driver, options);
  let takeOut = request.takeOut;
  const amend = (dryRun: boolean): Promise<Amended> =>
    live.amend(
      { kind: "mend-events", sources: copies.addresses, quarantine, takeOut, unseen, dryRun },
      signal,
    );
  let seen: Amended | null = null;
  for (const candidate of request.candidates) {
    if (!(await copies.take(candidate, note, signal))) {
      takeOut = false; // it may have what the others have not
      continue;
    }
    seen = await amend(true);
    if (seen.events?.wantsOlder !== true) break;
  }
  const amended = request.dryRun ? (seen ?? (await amend(true))) : await amend(false);
  return { amended, snapshots: copies.snapshots };
}

/** Snapshots restored into scratch space as long as they are needed. */
export class EventCopies implements AsyncDisposable {
  readonly addresses: Address[] = [];
  readonly snapshots: string[] = [];
  readonly #recovery: RecoveryContext;
  readonly #request: Pick<MendEventsRequest, "store" | "driver" | "options" | "repository">;
  readonly #begun: Address[] = [];

  constructor(
    recovery: RecoveryContext,
    request: Pick<MendEventsRequest, "store" | "driver" | "options" | "repository">,
  ) {
    this.#recovery = recovery;
    this.#request = request;
  }

  /** @returns false when the snapshot is damaged, which is noted. */
  async take(
    { id, name }: { readonly id: string; readonly name: string },
    note: Note,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store, driver, options, repository } = this.#request;
    const place = `events-${store}-${this.#begun.length}`;
    const address = join(await this.#recovery.scratch(), place);
    this.#begun.push(address);
    await using copy = await this.#recovery.openStoreAt(store, driver, options, address);
    await copy.discard(signal);
    try {
      const from = await this.#recovery.repository(repository, signal);
      await copy.restore(await from.content(id, signal), {}, signal);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      await note(`${name} is damaged: ${error.message}; an older one is asked`);
      return false;
    }
    this.addresses.push(address);
    this.snapshots.push(id);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { store, driver, options } = this.#request;
    for (const address of this.#begun)
      await discard(
        this.#recovery,
        { store, driver, options, repository: null, address },
        AbortSignal.timeout(DISCARD_MS),
      );
  }
}

/** Removing files needs no longer. */
const DISCARD_MS = 60_000;

/** Where the damaged events of a store are kept, by a folder of its quarantine. */
export function damagedEventsFile(quarantine: string, store: string): string {
  return join(dirname(dirname(quarantine)), "events", `${store}.jsonl`);
}

/** Events that stay damaged or missing, each by its place. */
export function eventLosses(store: string, { events }: Amended): readonly Loss[] {
  if (events === undefined) return [];
  const { losses, lossesTotal } = events;
  const more = lossesTotal - losses.length;
  const rest = `and ${more} more events that are damaged or missing`;
  return [
    ...losses.map((each) => eventLoss(store, each)),
    ...(more > 0 ? [{ store, collection: "events", key: null, location: {}, reason: rest }] : []),
  ];
}

function eventLoss(store: string, loss: EventLoss): Loss {
  const { file, line, offset, reason, sequence } = loss;
  const location = { file, line, byte: offset };
  const key = sequence === null ? null : { sequence };
  return { store, collection: "events", key, location, reason };
}
