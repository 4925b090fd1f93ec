import { SalvorError } from "../core/errors.ts";
import {
  planRestoreInPlace,
  planRestoreTo,
  type InPlaceRequest,
} from "../recovery/plan-restore.ts";
import type { Snapshot } from "../repository/types.ts";
import { liveTarget } from "./live-target.ts";
import { refuseWithoutFiles, restoreFiles } from "./restore-files.ts";
import { performPlan } from "./perform-plan.ts";
import { STATE_STORE } from "./state-store.ts";
import { resumeFor } from "./runs.ts";
import { type Session } from "./session.ts";
import { snapshotNamed } from "./snapshot-names.ts";
import type { ChangeOptions, RestoreOptions } from "./types.ts";
import type { RunDocument } from "./run-document.ts";
import { verifySnapshot } from "./verify.ts";

/** Brings a snapshot back beside, or one or a whole recovery point in place of what lives now. */
export async function restore(
  session: Session,
  options: RestoreOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const { snapshot, point, to, inPlace = false } = options;
  refuseMixed(options);
  if (to !== undefined && snapshot !== undefined && !inPlace && point === undefined) {
    return restoreTo(session, options, { word: snapshot, to }, signal);
  }
  if (to !== undefined || (snapshot === undefined) === (point === undefined)) throw unclear();
  if (point === undefined && !inPlace) throw unclear();
  const repository = await session.repository(signal);
  const chosen =
    point === undefined
      ? [await snapshotNamed(repository, snapshot ?? "", signal)]
      : snapshotsOf(await repository.snapshots(signal), point, session);
  const [first] = chosen;
  if (first !== undefined && (options.only !== undefined || options.differing === true)) {
    const request = inPlaceRequest(session, first, session.world.newId("restore"), options);
    return restoreFiles(session, request, options, signal);
  }
  return restoreInPlace(session, options, chosen, signal);
}

/** Some files of a store are neither a recovery point nor all that differ. */
function refuseMixed({ only, differing = false, to, point }: RestoreOptions): void {
  const isSome = only !== undefined || differing;
  if (isSome && point !== undefined) throw mixed("a recovery point comes back whole");
  if (differing && to !== undefined) throw mixed("nothing differs from what is not there yet");
  if (differing && only !== undefined) throw mixed("name paths, or have all that differ");
}

function mixed(message: string): SalvorError {
  return new SalvorError("USAGE", message, {
    hint: "Give --only with --to or --in-place, or --in-place --differing.",
  });
}

async function restoreTo(
  session: Session,
  options: RestoreOptions,
  { word, to }: { readonly word: string; readonly to: string },
  signal: AbortSignal,
): Promise<RunDocument> {
  const folder = options.repository === undefined ? null : session.path(options.repository);
  const repository = await session.repositoryAt({ folder, create: false }, signal);
  const found = await snapshotNamed(repository, word, signal);
  const address = session.path(to);
  const { store, driver } = found;
  const { only } = options;
  if (only !== undefined) refuseWithoutFiles(driver, store);
  const wanted = only === undefined ? null : { only, alone: false };
  const from = { snapshot: found, repository: folder, wanted };
  const request = { store, driver, options: found.options, ...from };
  const plan = planRestoreTo(request, address);
  // A new store beside is nobody's loss: only what changes live data asks.
  return performPlan(session, plan, { ...options, yes: true }, signal);
}

async function restoreInPlace(
  session: Session,
  options: RestoreOptions,
  snapshots: readonly Snapshot[],
  signal: AbortSignal,
): Promise<RunDocument> {
  const id = session.world.newId("restore");
  const requests = snapshots.map((snapshot) => inPlaceRequest(session, snapshot, id, options));
  const plan = planRestoreInPlace(requests, id);
  if (options.dryRun !== true) {
    for (const { store } of requests) await resumeFor(session, store, signal);
    if (snapshots.length > 1) await refuseUnverified(session, snapshots, signal);
  }
  return performPlan(session, plan, options, signal);
}

function inPlaceRequest(
  session: Session,
  snapshot: Snapshot,
  id: string,
  options: ChangeOptions,
): InPlaceRequest {
  const target = liveTarget(session, snapshot.store, id, options);
  if (target.driver !== snapshot.driver) throw otherDriver(snapshot, target.driver);
  return { ...target, snapshot };
}

/** A recovery point comes back whole or not at all, so all of it is proven first. */
async function refuseUnverified(
  session: Session,
  snapshots: readonly Snapshot[],
  signal: AbortSignal,
): Promise<void> {
  for (const snapshot of snapshots) {
    const { problems } = await verifySnapshot(session, snapshot, "stored", signal);
    const [problem] = problems;
    if (problem === undefined) continue;
    throw new SalvorError("BACKUP_DAMAGED", `${snapshot.store}: ${problem.message}`, {
      hint: 'Nothing was changed. Choose another point: "salvor snapshots" lists them.',
    });
  }
}

function snapshotsOf(
  all: readonly Snapshot[],
  point: string,
  session: Session,
): readonly Snapshot[] {
  const found = all.filter((each) => each.point.startsWith(point) && each.store !== STATE_STORE);
  if (new Set(found.map((each) => each.point)).size !== 1) {
    throw new SalvorError("NOT_FOUND", `there is no one recovery point ${point}`, {
      hint: '"salvor snapshots --json" tells the point of each snapshot.',
    });
  }
  for (const { store } of found) session.storeConfig(store); // a point comes back whole
  return found;
}

function otherDriver({ id, driver }: Snapshot, configured: string): SalvorError {
  const message = `snapshot ${id.slice(0, 12)} was made by driver ${driver}, not ${configured}`;
  return new SalvorError("REFUSED", message, {
    hint: "Restore it beside with --to, or mend the store's driver in salvor.yaml.",
  });
}

function unclear(): SalvorError {
  return new SalvorError("USAGE", "say what to restore, and where to", {
    hint: "Give a snapshot with --to <address> or --in-place, or --point <point> --in-place.",
  });
}
