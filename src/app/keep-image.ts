import { internalCollections } from "../checks/baseline.ts";
import { suspiciousDrops } from "../receipts/suspicion.ts";
import type { Receipt } from "../receipts/types.ts";
import type { Repository, Snapshot } from "../repository/types.ts";
import type { Image } from "../stores/types.ts";
import { repositoryForBackup } from "./known-repository.ts";
import type { Session } from "./session.ts";

/** A store captured, and held until it is in the repository. */
export interface Captured {
  readonly name: string;
  readonly image: Image;
}

/** Stores an image as a snapshot of a configured store; the log tells what is suspicious in it. */
export async function keepImage(
  session: Session,
  repository: Repository,
  { name, image }: Captured,
  point: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const task = `backing up ${name}`;
  session.progress.update({ task, done: 0, total: null, unit: "bytes" });
  const { driver, options } = image.store;
  const sealed = image.seal({ portable: false }, signal);
  sealed.catch(() => {}); // whoever awaits it later gets the error; until then it is not unhandled
  const { expect } = session.storeConfig(name);
  const judge = (before: Receipt, after: Receipt): readonly string[] =>
    suspiciousDrops(before, after, expect, internalCollections(after.recorded));
  const input = { store: name, driver, options, point, content: image, sealed, judge };
  const snapshot = await repository.backup(input, signal);
  session.progress.finish(task);
  for (const warning of snapshot.warnings) session.world.log.warn(`${name}: ${warning}`);
  return snapshot;
}

/** One store backed up in the middle of a recovery, which holds it. */
export async function backUpHeld(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly snapshot: string }> {
  const repository = await repositoryForBackup(session, false, signal);
  await using store = await session.store(name);
  await using image = await store.capture({ exclusive: false }, signal);
  const point = session.world.newId("point");
  const { id } = await keepImage(session, repository, { name, image }, point, signal);
  return { snapshot: id };
}
