import { listFindings } from "../checks/findings.ts";
import { rankOf } from "../checks/severity.ts";
import type { Finding } from "../checks/types.ts";
import { messageOf } from "../core/errors.ts";
import { timestamp } from "../core/world.ts";
import type { Snapshot } from "../repository/types.ts";
import type { Store } from "../stores/types.ts";
import { openRunView } from "./engine.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import { openState } from "./projection-target.ts";
import type { Session } from "./session.ts";
import { newest } from "./snapshot-names.ts";
import type { ComponentDocument, StatusDocument } from "./types.ts";

/** The state of the whole, from what is known and from one look at each store. */
export async function status(session: Session, signal: AbortSignal): Promise<StatusDocument> {
  const { stores, projections, system } = session.requireConfig();
  const [runs, snapshots] = await Promise.all([
    openRunView(session),
    knownSnapshots(session, signal),
  ]);
  const at = timestamp(session.world.now());
  const findings = listFindings(await session.state(), { status: ["open"] });
  const open = [
    ...stores.map(({ name }) => ({ id: name, kind: "store", open: () => session.store(name) })),
    ...projections.map(({ name, target }) => ({
      id: name,
      kind: "projection",
      open: () => openState(session, name, target),
    })),
  ];
  const components = await Promise.all(
    open.map((each) => component(each, { at, findings }, signal)),
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

/** A store, or the state of a projection, that is looked at. */
interface Look {
  readonly id: string;
  readonly kind: string;
  readonly open: () => Promise<Store>;
}

/** What is known of a store, and one quick look at it: the worse of the two tells how it is. */
async function component(
  { id, kind, open: openStore }: Look,
  { at, findings }: { readonly at: string; readonly findings: readonly Finding[] },
  signal: AbortSignal,
): Promise<ComponentDocument> {
  const open = findings.filter(({ store }) => store === id);
  const base = { id, kind };
  try {
    await using store = await openStore();
    const seen = [...(await store.preflight(signal)), ...open];
    const [worst] = seen.toSorted((a, b) => rankOf(a.severity) - rankOf(b.severity));
    const since = open[0]?.detectedAt ?? at;
    if (worst === undefined || rankOf(worst.severity) > rankOf("medium"))
      return { ...base, state: "up", since: at, detail: "can be opened" };
    const state = worst.severity === "medium" ? "degraded" : "down";
    return { ...base, state, since, detail: worst.description };
  } catch (error) {
    signal.throwIfAborted();
    return { ...base, state: "unknown", since: at, detail: messageOf(error) };
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
