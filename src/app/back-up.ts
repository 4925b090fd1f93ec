import { rm } from "node:fs/promises";
import { join } from "node:path";

import { settled } from "../core/settled.ts";
import { timestamp } from "../core/world.ts";
import type { SealedReceipt } from "../receipts/types.ts";
import type { Repository, Snapshot } from "../repository/types.ts";
import { lockStore } from "../state/locks.ts";
import type { Image } from "../stores/types.ts";
import { keepImage, type Captured } from "./keep-image.ts";
import { repositoryForBackup } from "./known-repository.ts";
import { rememberBackups } from "./remember-backups.ts";
import { resumeFor } from "./runs.ts";
import { STATE_STORE } from "./state-store.ts";
import type { Session } from "./session.ts";
import type { BackupDocument, BackupOptions } from "./types.ts";
import { verifySnapshot } from "./verify.ts";

/** Backs stores up: all are captured first, so that they are one recovery point. */
export async function backUp(
  session: Session,
  { stores = [], verify = false, newRepository = false }: BackupOptions,
  signal: AbortSignal,
): Promise<BackupDocument> {
  const names = session.storeNames(stores);
  const [hosts, pool] = await Promise.all([session.hosts(), session.pool()]);
  hosts.warm("bytes");
  pool.warm();
  const opening = repositoryForBackup(session, newRepository, signal);
  const point = session.world.newId("point");
  const at = timestamp(session.world.now());
  await using held = new AsyncDisposableStack();
  const capturing = captureAll(session, names, held, signal);
  const [repository, captured] = await settled(opening, capturing);
  const state = captureState(session, signal);
  state.catch(() => {}); // whoever awaits it gets the error; until then it is not unhandled
  held.defer(() => dispose(state));
  const snapshots: Snapshot[] = [];
  for (const each of captured) {
    snapshots.push(await keepImage(session, repository, each, point, signal));
  }
  const results = verify ? await proveAll(session, snapshots, signal) : [];
  await rememberBackups(session, names, await repository.snapshots(signal));
  await session.record("backup", names.join(" "), "", { point, snapshots: idsOf(snapshots) });
  await storeState(repository, await state, point, signal);
  const listed = verify ? await again(repository, snapshots, signal) : snapshots;
  const verified = verify && results.every(Boolean);
  return { snapshots: listed, point: { id: point, at, verified } };
}

/** Waits for what is still being made, whatever became of it, and lets it go. */
async function dispose(made: Promise<AsyncDisposable>): Promise<void> {
  const [outcome] = await Promise.allSettled([made]);
  if (outcome?.status === "fulfilled") await outcome.value[Symbol.asyncDispose]();
}

async function captureAll(
  session: Session,
  names: readonly string[],
  held: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<readonly Captured[]> {
  const captured: Captured[] = [];
  for (const name of names) {
    await resumeFor(session, name, signal);
    held.use(await lockStore(await session.stateFolder(), name, session.world));
    session.progress.update({ task: `capturing ${name}`, done: 0, total: null, unit: "bytes" });
    const store = held.use(await session.store(name));
    const image = held.use(await store.capture({ exclusive: false }, signal));
    session.progress.finish(`capturing ${name}`);
    captured.push({ name, image });
  }
  return captured;
}

async function proveAll(
  session: Session,
  snapshots: readonly Snapshot[],
  signal: AbortSignal,
): Promise<readonly boolean[]> {
  const proven: boolean[] = [];
  for (const snapshot of snapshots) {
    const { ok, unchecked } = await verifySnapshot(session, snapshot, "complete", signal);
    for (const text of unchecked) {
      session.world.log.warn(`${snapshot.store}: the engine could not check ${text}`);
    }
    proven.push(ok);
  }
  return proven;
}

/** The same snapshots with the levels that were proven meanwhile. */
async function again(
  repository: Repository,
  snapshots: readonly Snapshot[],
  signal: AbortSignal,
): Promise<readonly Snapshot[]> {
  const ids = new Set(idsOf(snapshots));
  return (await repository.snapshots(signal)).filter(({ id }) => ids.has(id));
}

function idsOf(snapshots: readonly Snapshot[]): string[] {
  return snapshots.map(({ id }) => id);
}

/** Salvor's own state, sealed while the stores are still being kept: nobody waits for it. */
interface CapturedState extends AsyncDisposable {
  readonly image: Image;
  readonly sealed: Promise<SealedReceipt>;
}

async function captureState(session: Session, signal: AbortSignal): Promise<CapturedState> {
  const name = session.world.newId("state"); // a session may back up more than once
  const path = join(await session.scratch(), `${name}.sqlite`);
  await (await session.state()).backupTo(path);
  const store = await session.openStore(STATE_STORE, "sqlite", { path });
  const image = await store.capture({ exclusive: true }, signal);
  const sealed = image.seal({ portable: false }, signal);
  sealed.catch(() => {}); // whoever awaits it gets the error; until then it is not unhandled
  return {
    image,
    sealed,
    [Symbol.asyncDispose]: async () => {
      await image[Symbol.asyncDispose]();
      await rm(path, { force: true });
    },
  };
}

/** The repository is enough: every backup ends with a snapshot of the state. */
async function storeState(
  repository: Repository,
  { image, sealed }: CapturedState,
  point: string,
  signal: AbortSignal,
): Promise<void> {
  const { driver } = image.store;
  const options = { path: "state.sqlite" };
  const input = { store: STATE_STORE, driver, options, point, content: image, sealed };
  await repository.backup({ ...input, judge: () => [] }, signal);
}
