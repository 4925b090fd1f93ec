import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { SalvorError } from "../core/errors.ts";
import { holdLock } from "../core/lock.ts";
import { systemWorld, type World } from "../core/world.ts";
import { engineError, sqliteCode } from "../stores/engine/engine.ts";
import type {
  EventBatch,
  EventDamage,
  EventPlace,
  EventReader,
  OpenEvents,
} from "../stores/events.ts";
import type { HostTask } from "../stores/host/messages.ts";
import { Advance } from "./advance.ts";
import { OpenState } from "./apply-batch.ts";
import { UNSAVED_MAX } from "./applied/memory.ts";
import { compileProjection } from "./compile.ts";
import type { CompiledProjection } from "./compiled.ts";
import { progressOf, readRecord, type StateRecord } from "./draft/record.ts";
import { misfitOf, newRecord } from "./draft/start-record.ts";
import type { FollowNews } from "./news.ts";
import type { BuildProgress, FollowRequest } from "./types.ts";

/** How long a transaction of ours waits for one of somebody else's. */
const BUSY_TIMEOUT_MS = 10_000;
/** An event is applied within a second of its end. */
const PAUSE_MS = 250;
/** A log that is being rotated may be away for a moment. */
const MISSES_MAX = 20;
const TURN_PAUSE_MS = 20;

/**
 * Applies events to a live state as they come, until it is told to end. The state may be exchanged
 * meanwhile: each transaction asks whether it is still the one that is known.
 */
export const task: HostTask<FollowRequest, BuildProgress> = async (request, { tell, signal }) => {
  const projection = await compileProjection(request.projection);
  const { openEvents } = (await import(request.log.module)) as { readonly openEvents: OpenEvents };
  await using reader = openEvents(request.log.input);
  const { target } = request.projection;
  try {
    using database = openExisting(target);
    const world = systemWorld();
    const follower = new Follower({ database, projection, reader, request, tell, signal, world });
    return progressOf(await follower.run());
  } catch (error) {
    if (sqliteCode(error) !== null) throw engineError(target, error);
    throw error;
  }
};

/** A state that was just taken away must not become an empty one. */
function openExisting(target: string): DatabaseSync {
  const url = pathToFileURL(target);
  url.search = "mode=rw";
  return new DatabaseSync(url, { timeout: BUSY_TIMEOUT_MS });
}

interface Work {
  readonly database: DatabaseSync;
  readonly projection: CompiledProjection;
  readonly reader: EventReader;
  readonly request: FollowRequest;
  readonly tell: (news: FollowNews) => Promise<void>;
  readonly signal: AbortSignal;
  readonly world: World;
}

/** What is begun is ended: the signal is asked between two transactions. */
const unlimited = new AbortController().signal;

class Follower {
  readonly #work: Work;
  #record: StateRecord;
  /** Null when the state is another one than it was. */
  #state: OpenState | null = null;
  #misses = 0;

  constructor(work: Work) {
    this.#work = work;
    this.#record = this.#current();
  }

  async run(): Promise<StateRecord> {
    const { signal, world } = this.#work;
    await this.#begin();
    while (!signal.aborted) {
      if (await this.#readNew()) continue;
      await world.sleep(PAUSE_MS, signal).catch(() => {});
    }
    return this.#record;
  }

  async #begin(): Promise<void> {
    await this.#work.tell({ kind: "began", progress: progressOf(this.#record) });
  }

  /** Applies what has come since; false when nothing had. */
  async #readNew(): Promise<boolean> {
    const { reader, request, signal } = this.#work;
    const bound = await this.#bound();
    if (bound === null || isAt(this.#record, bound.end)) return false;
    const batchMax = Math.min(request.batchMax, UNSAVED_MAX);
    const options = { after: this.#record.checkpoint, bound, batchMax };
    for await (const batch of reader.read(options, unlimited)) {
      const next = await this.#advance(batch);
      if (next === null) {
        this.#state = null;
        this.#record = this.#current();
        await this.#begin();
        return true;
      }
      this.#record = next;
      await this.#work.tell({ kind: "applied", progress: progressOf(next) });
      if (signal.aborted) break;
    }
    return true;
  }

  /** In one transaction; null when the state is not the one any more that was known. */
  async #advance(batch: EventBatch): Promise<StateRecord | null> {
    const { database, request, tell } = this.#work;
    await using _turn = await this.#turn();
    database.exec("BEGIN IMMEDIATE");
    try {
      if (!isSame(readRecord(database), this.#record)) {
        database.exec("ROLLBACK");
        return null;
      }
      const state = (this.#state ??= this.#open());
      const { onDamaged } = request;
      const reportDamage = (damaged: readonly EventDamage[]): Promise<void> =>
        tell({ kind: "damaged", damaged });
      const work = new Advance(this.#record, { database, state, onDamaged, reportDamage });
      await work.apply(batch);
      work.write();
      database.exec("COMMIT");
      return work.record;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  #open(): OpenState {
    const { database, projection, reader } = this.#work;
    const options = { fromMs: null, untilMs: null, expected: 0 };
    return new OpenState(database, projection, this.#record, reader, options);
  }

  /** Where the log ends; null while it is away. Half a line at its end is about to be written. */
  async #bound() {
    try {
      const bound = await this.#work.reader.bound(unlimited);
      this.#misses = 0;
      return { ...bound, torn: null };
    } catch (error) {
      const isMissing = error instanceof SalvorError && error.code === "STORE_MISSING";
      this.#misses += 1;
      if (!isMissing || this.#misses > MISSES_MAX) throw error;
      return null;
    }
  }

  /** Waits for whoever exchanges the state. */
  async #turn(): Promise<AsyncDisposable> {
    const { request, world } = this.#work;
    const { name } = request.projection;
    const subject = `the state of projection "${name}"`;
    const wanted = { path: request.turn, subject, mode: "exclusive", busy: "STORE_BUSY" } as const;
    for (;;) {
      try {
        return await holdLock({ ...wanted, timeoutMs: 0, world });
      } catch (error) {
        if (!(error instanceof SalvorError) || error.code !== "STORE_BUSY") throw error;
      }
      await world.sleep(TURN_PAUSE_MS, unlimited);
    }
  }

  /** The record of the state as it is now. */
  #current(): StateRecord {
    const { database, projection, request, world } = this.#work;
    const found = readRecord(database);
    const wanted = { projection: request.projection, untilMs: null, build: "" };
    const reason =
      found === null
        ? "it is no state of a projection"
        : misfitOf(found, newRecord(projection, wanted, world), { onDamaged: "skip" });
    if (found !== null && reason === null) return found;
    const { name, target } = request.projection;
    throw new SalvorError("REFUSED", `${target} cannot be gone on with: ${reason}`, {
      hint: `Run "salvor rebuild ${name}" to build it from the log.`,
    });
  }
}

function isAt({ checkpoint }: StateRecord, end: EventPlace | null): boolean {
  if (end === null) return true;
  return checkpoint?.segment === end.segment && checkpoint.offset === end.offset;
}

/** Is it the state that was known, and has nobody applied anything to it? */
function isSame(found: StateRecord | null, known: StateRecord): boolean {
  return (
    found?.hashKey === known.hashKey &&
    found.appliedInAll === known.appliedInAll &&
    JSON.stringify(found.checkpoint) === JSON.stringify(known.checkpoint)
  );
}
