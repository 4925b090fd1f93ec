import { messageOf, SalvorError } from "../core/errors.ts";
import { timestamp } from "../core/world.ts";
import type { Snapshot } from "../repository/types.ts";
import { openRunView } from "./engine.ts";
import type { Session } from "./session.ts";
import { newest } from "./snapshot-names.ts";
import type { ComponentDocument, StatusDocument } from "./types.ts";

/** The state of the whole, from what is known and from one look at each store. */
export async function status(session: Session, signal: AbortSignal): Promise<StatusDocument> {
  const { stores, system } = session.requireConfig();
  const [runs, snapshots] = await Promise.all([openRunView(session), known(session, signal)]);
  const at = timestamp(session.world.now());
  const components = await Promise.all(
    stores.map(({ name }) => component(session, name, at, signal)),
  );
  const interrupted = (await runs.interrupted()).map(({ id }) => id);
  return {
    system,
    mode: "normal",
    since: null,
    reason: null,
    level: null,
    components,
    incidents: [],
    backups: stores.map(({ name }) => lastBackup(session, name, snapshots)),
    interrupted,
    statistics: {},
  };
}

/** Status is asked in the worst of times: a repository that cannot be read is told, not thrown. */
async function known(session: Session, signal: AbortSignal): Promise<readonly Snapshot[]> {
  try {
    const repository = await session.repository(signal);
    return await repository.snapshots(signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError)) throw error;
    if (error.code !== "REPOSITORY_MISSING") session.progress.say(messageOf(error));
    return [];
  }
}

async function component(
  session: Session,
  name: string,
  since: string,
  signal: AbortSignal,
): Promise<ComponentDocument> {
  const base = { id: name, kind: "store", since } as const;
  try {
    const store = await session.store(name);
    const seen = await store.preflight(signal);
    const worst = seen.find(({ severity }) => severity === "critical" || severity === "high");
    if (worst !== undefined) return { ...base, state: "down", detail: worst.description };
    const [first] = seen.filter(({ severity }) => severity === "medium");
    if (first !== undefined) return { ...base, state: "degraded", detail: first.description };
    return { ...base, state: "up", detail: "can be opened" };
  } catch (error) {
    signal.throwIfAborted();
    return { ...base, state: "unknown", detail: messageOf(error) };
  }
}

function lastBackup(
  { world }: Session,
  store: string,
  snapshots: readonly Snapshot[],
): StatusDocument["backups"][number] {
  const last = newest(snapshots.filter((each) => each.store === store));
  if (last === null) return { store, snapshot: null, ageMs: null, level: "none" };
  const ageMs = Math.max(0, world.now() - Date.parse(last.createdAt));
  return { store, snapshot: last.id, ageMs, level: last.level };
}
