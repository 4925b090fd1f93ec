import { count, counted } from "../core/text.ts";
import type { Loss } from "../core/loss.ts";
import { SalvorError } from "../core/errors.ts";
import type { OnDamaged, RebuildProgress } from "../projections/types.ts";
import type { BuildOrder, Built } from "../recovery/build-order.ts";
import type { EventDamage, EventDoor } from "../stores/events.ts";
import { refuseUntrustedModule } from "./config/parts.ts";
import { holdDamagedEvents } from "../state/locks.ts";
import { damagedEventsFile } from "./projection-target.ts";
import type { Session } from "./session.ts";

/** So many skipped events are named one by one; the file in quarantine has all. */
const LOSSES_MAX = 1_000;

/** Events in a transaction: more make a build no faster, and a crash cost more. */
export const BATCH_MAX = 20_000;

/** Milliseconds before the end of a build at which those are started who look at what it has made. */
const WARM_MS = 500;

/** An order, and what must have happened before the log is asked where it ends. */
export type WaitingOrder = BuildOrder & { readonly after?: Promise<unknown> };

/** Builds the state of a projection as salvor.yaml has it, and tells how far it is. */
export async function buildState(
  session: Session,
  order: WaitingOrder,
  signal: AbortSignal,
): Promise<Built> {
  const projection = session.projection(order.projection);
  await refuseUntrustedModule(projection);
  const log = await eventDoor(session, projection.log);
  const task = `building ${projection.name}`;
  const onDamaged = order.onDamaged ?? policyOf(session, projection.log);
  const skipped = new Skipped(session, projection.log, { ...order, onDamaged });
  const request = {
    projection,
    log,
    draft: order.draft,
    build: order.build,
    fromMs: order.fromMs,
    untilMs: order.untilMs,
    end: order.end ?? null,
    onDamaged,
    batchMax: order.batchMax ?? BATCH_MAX,
  };
  const { buildState: build } = await import("../projections/build-state.ts");
  const [hosts, pool] = await Promise.all([session.hosts(), session.pool()]);
  const warm = (): void => {
    hosts.warm("bytes");
    hosts.warm("engine");
    pool.warm();
  };
  try {
    const listener = {
      onReady: async () => void (await order.after),
      onProgress: (progress: RebuildProgress) => {
        if ((progress.remainingMs ?? Infinity) < WARM_MS) warm();
        report(session, task, progress);
      },
      onResumed: (after: number) =>
        session.progress.say(`${projection.name}: going on from event ${count(after)}.`),
      onDamaged: (damaged: readonly EventDamage[]) => skipped.keep(damaged),
      onStale: (reason: string) =>
        session.progress.say(`${projection.name}: begun anew: ${reason}.`),
    };
    const built = await build(hosts, request, listener, signal);
    const { tables, eventsPerSecond, version, definition, resumedAfter: _, ...progress } = built;
    const losses = skipped.losses(progress.corrupted);
    return { progress, eventsPerSecond, version, definition, tables: Object.keys(tables), losses };
  } catch (error) {
    throw namingLog(error, projection.log);
  } finally {
    session.progress.finish(task);
  }
}

/** Starts those who build and look: all are needed at once, soon, and start while we still read. */
export async function warmBuild(session: Session): Promise<void> {
  const hosts = await session.hosts();
  for (const kind of ["replay", "bytes", "engine"] as const) hosts.warm(kind);
}

/** Whoever reads a log knows its path only: what is missing is called here by its name. */
export function namingLog(error: unknown, log: string): unknown {
  if (!(error instanceof SalvorError) || error.code !== "STORE_MISSING") return error;
  const hint = error.hint.replaceAll("<store>", log);
  return new SalvorError(error.code, error.message, { hint, cause: error.cause });
}

function report(session: Session, task: string, progress: RebuildProgress): void {
  const { bytes, bytesTotal, eventsPerSecond } = progress;
  const remark = `${count(Math.round(eventsPerSecond))} events/s`;
  session.progress.update({ task, done: bytes, total: bytesTotal, unit: "bytes", remark });
  for (const listener of session.builds) listener(progress);
}

/** Where the events of a log are read. */
export async function eventDoor(session: Session, log: string): Promise<EventDoor> {
  await using store = await session.store(log);
  if (store.events !== undefined) return store.events;
  throw new SalvorError("CONFIG_INVALID", `${log} keeps no events`, {
    hint: "Name a store whose driver is event-log as the projection's log.",
  });
}

/** What salvor.yaml says of a log's damage. */
export function policyOf(session: Session, log: string): OnDamaged {
  // The driver's own schema has checked it.
  return (session.storeConfig(log).options["onDamaged"] ?? "stop") as OnDamaged;
}

/** Puts events aside that cannot be applied; those that were put aside before are not again. */
export async function keepDamaged(
  session: Session,
  log: string,
  damage: readonly EventDamage[],
): Promise<void> {
  const quarantine = await session.eventQuarantine(damagedEventsFile(session, log));
  const { folder } = await session.state();
  await using _turn = await holdDamagedEvents(folder, log, session.world);
  await quarantine.keep(damage);
}

/** Puts aside what is damaged, in its order, and keeps count of it. */
class Skipped {
  readonly #session: Session;
  readonly #log: string;
  readonly #order: BuildOrder;
  /** By place: whoever is killed reads the last ones again. */
  readonly #losses: Map<string, Loss>;

  constructor(session: Session, log: string, order: BuildOrder) {
    this.#session = session;
    this.#log = log;
    this.#order = order;
    this.#losses = new Map(order.skipped.map((loss) => [placeOf(loss), loss]));
  }

  /** All that were skipped, those that nobody could name as one. */
  losses(corrupted: number): readonly Loss[] {
    const known = [...this.#losses.values()];
    const more = corrupted - known.length;
    if (more <= 0) return known;
    const file = damagedEventsFile(this.#session, this.#log);
    const reason = `${counted(more, "more event")} cannot be applied; ${file} lists all`;
    return [...known, { ...this.#loss, key: null, location: { file }, reason }];
  }

  get #loss(): Pick<Loss, "collection" | "store"> {
    return { store: this.#log, collection: "events" };
  }

  /** Put aside and journaled before anything is applied beyond it. */
  async keep(damage: readonly EventDamage[]): Promise<void> {
    await keepDamaged(this.#session, this.#log, damage);
    if (this.#order.onDamaged === "stop") return; // nothing is skipped, and so nothing lost
    const room = LOSSES_MAX - this.#losses.size;
    if (room <= 0) return;
    for (const { id, file, line, offset, reason } of damage.slice(0, room)) {
      const loss = { ...this.#loss, key: id, location: { file, line, byte: offset }, reason };
      this.#losses.set(placeOf(loss), loss);
    }
    await this.#order.keep([...this.#losses.values()]);
  }
}

function placeOf({ location }: Loss): string {
  return JSON.stringify([location["file"] ?? null, location["byte"] ?? null]);
}
