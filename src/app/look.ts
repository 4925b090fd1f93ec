import { baselineOf, type Baseline } from "../checks/baseline.ts";
import { maskObservation } from "../checks/mask.ts";
import { observe } from "../checks/observe.ts";
import type { Seen } from "../checks/types.ts";
import type { Observation } from "../core/finding.ts";
import { timestamp } from "../core/world.ts";
import { newest } from "./snapshot-names.ts";
import type { Snapshot } from "../repository/types.ts";
import type { InspectionKind, Specimen, Store } from "../stores/types.ts";
import type { StoreConfig } from "./config/types.ts";
import { readSnapshots } from "./known-snapshots.ts";
import type { Session } from "./session.ts";

/** One store, held still, and what it is held against. */
export interface HeldStore extends AsyncDisposable {
  readonly session: Session;
  readonly config: StoreConfig;
  readonly store: Store;
  readonly specimen: Specimen;
  /** Its snapshots, oldest first; none when there is no repository, or none that can be read. */
  readonly snapshots: readonly Snapshot[];
  /** Why its snapshots cannot be told: what it should hold is then not known. */
  readonly trouble: string | null;
  /** The last one, suspicious or not. */
  readonly newest: Snapshot | null;
  /** What it is held against: the newest one that no suspicious drop lies before. */
  readonly baseline: Baseline | null;
  readonly at: string;
  /** An earlier look has found tables of it damaged: no receipt can be sealed of what is there. */
  readonly isHurt: boolean;
}

/** What one look at one store has shown: for the document, and to be remembered. */
export interface Looked<Facts> {
  readonly seen: Seen;
  readonly facts: Facts;
  readonly checked: number;
  readonly durationMs: number;
}

/** Holds a configured store; what happens to it afterwards no look will see. */
export async function holdStore(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<HeldStore> {
  const config = session.storeConfig(name);
  await using held = new AsyncDisposableStack();
  const store = held.use(await session.store(name));
  const task = `reading ${name}`;
  session.progress.update({ task, done: 0, total: null, unit: "bytes" });
  const at = timestamp(session.world.now());
  const listing = readSnapshots(session, signal);
  listing.catch(() => {}); // whoever awaits it gets the error; until then it is not unhandled
  const specimen = held.use(await store.hold(signal));
  const { snapshots: all, trouble } = await listing;
  const snapshots = all.filter((each) => each.store === name);
  session.progress.finish(task);
  const kept = held.move();
  return {
    session,
    config,
    store,
    specimen,
    snapshots,
    trouble,
    at,
    newest: newest(snapshots),
    baseline: baselineOf(snapshots, config.expect),
    isHurt: false,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

/** What a look adds to what the driver has seen. */
export interface Added<Facts> {
  readonly observations: Seen["observations"];
  readonly complete: boolean;
  readonly blind?: NonNullable<Seen["blind"]>;
  readonly checked: number;
  readonly facts: Facts;
}

/** Times one look, shows that it goes on, and puts what it has seen together. */
export async function timed<Facts>(
  held: HeldStore,
  kind: InspectionKind,
  look: () => Promise<Added<Facts>>,
): Promise<Looked<Facts>> {
  const { session, config } = held;
  const { world, progress } = session;
  const task = `${kind} of ${config.name}`;
  const startedMs = world.elapsed();
  progress.update({ task, done: 0, total: null, unit: "bytes" });
  const { checked, facts, observations, complete, ...shown } = await look();
  // Whether pages are damaged, no backup needs to tell.
  const history = kind === "scan" ? [] : observeHistory(held);
  const masked = [...observations, ...history].map((each) =>
    maskObservation(each, config.sensitive),
  );
  progress.finish(task);
  return {
    seen: {
      ...shown,
      store: config.name,
      kind,
      observations: masked,
      complete: complete && history.length === 0,
    },
    facts,
    checked,
    durationMs: Math.round(world.elapsed() - startedMs),
  };
}

/** Where the backups cannot be read, "nothing is missing" would be a guess. */
function observeHistory({ session, trouble }: HeldStore): readonly Observation[] {
  if (trouble === null) return [];
  const description = `what should be here is not known, for the backups cannot be read: ${trouble}`;
  const location = { file: session.requireConfig().repository.path };
  return [observe("backups.unreadable", description, { location })];
}
