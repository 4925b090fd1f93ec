import { nodeDisk } from "../core/disk.ts";
import type { RebuildProgress } from "../projections/types.ts";
import { followProjection } from "../projections/follow.ts";
import type { EventDamage } from "../stores/events.ts";
import { lockTail, turnPath } from "../state/locks.ts";
import { BATCH_MAX, eventDoor, keepDamaged, policyOf } from "./build-state.ts";
import { refuseUntrustedModule } from "./config/parts.ts";
import type { TailDocument, TailOptions } from "./projection-documents.ts";
import { rebuild } from "./rebuild.ts";
import { resumeFor } from "./runs.ts";
import type { Session } from "./session.ts";

/**
 * Follows the log of a projection: new events are in its state within a second. Ends well when the
 * signal is aborted, after the transaction that it is in.
 */
export async function tail(
  session: Session,
  { projection: name, onDamaged, onApplied }: TailOptions,
  signal: AbortSignal,
): Promise<TailDocument> {
  const projection = session.projection(name);
  const { folder } = await session.state();
  await using _alone = await lockTail(folder, name, session.world);
  await resumeFor(session, name, signal);
  if ((await nodeDisk.stat(projection.target)) === null) {
    session.progress.say(`${name}: there is no state yet, it is built first.`);
    await rebuild(session, { projections: [name], onDamaged }, signal);
  }
  await refuseUntrustedModule(projection);
  const request = {
    projection,
    log: await eventDoor(session, projection.log),
    onDamaged: onDamaged ?? policyOf(session, projection.log),
    batchMax: BATCH_MAX,
    turn: await turnPath(folder, name),
  };
  session.progress.say(`${name}: following ${projection.log}; Ctrl-C ends it.`);
  let keeping = Promise.resolve();
  const onDamage = (damage: readonly EventDamage[]): void => {
    keeping = keeping.then(() => keepDamaged(session, projection.log, damage));
  };
  const onProgress = (progress: RebuildProgress): void => {
    session.progress.say(`${name}: ${progress.events} events, ${progress.applied} applied.`);
    onApplied?.(progress);
  };
  const hosts = await session.hosts();
  const { events, applied, duplicates, corrupted } = await followProjection(
    hosts,
    request,
    { onDamage, onProgress },
    signal,
  );
  await keeping;
  const document = { projection: name, target: projection.target, events, applied };
  await session.record("tail", name, "", { events, applied, corrupted });
  return { ...document, duplicates, corrupted };
}
