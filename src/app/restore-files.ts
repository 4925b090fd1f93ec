import { join } from "node:path";

import { SalvorError } from "../core/errors.ts";
import { planFiles, type FilesRequest } from "../recovery/plan-files.ts";
import type { InPlaceRequest, WantedPaths } from "../recovery/plan-restore.ts";
import type { FileComparison } from "../stores/file-comparison.ts";
import type { Amended } from "../stores/types.ts";
import { performPlan } from "./perform-plan.ts";
import type { RunDocument } from "./run-document.ts";
import { resumeFor } from "./runs.ts";
import { driverNamed, type Session } from "./session.ts";
import type { RestoreOptions } from "./types.ts";

/**
 * Puts some files of a snapshot back into the live store: those that were named, or all that differ. It
 * looks first, so that what is shown and asked for is what will be done.
 */
export async function restoreFiles(
  session: Session,
  request: InPlaceRequest,
  options: RestoreOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  refuseWithoutFiles(request.driver, request.store);
  if (options.dryRun !== true) await resumeFor(session, request.store, signal);
  const compared = await compareLive(session, request, options.only, signal);
  const differing = [...compared.missing, ...compared.changed];
  const files: FilesRequest = {
    ...request,
    wanted: wantedOf(options, differing),
    provesAll: options.only === undefined,
    differing,
    newer: compared.extra,
  };
  const plan = planFiles(files, session.world.newId("restore"));
  // Whom nothing is done to need not be asked.
  const isIdle = plan.steps.length === 0;
  const given = isIdle && options.dryRun !== true ? { ...options, yes: true } : options;
  const run = await performPlan(session, plan, given, signal);
  if (run.status !== "planned" || isIdle) return run;
  return { ...run, amended: [await preview(session, files, signal)] };
}

/** USAGE for a store that has no files to choose from. */
export function refuseWithoutFiles(driver: string, store: string): void {
  if (driverNamed(driver).capabilities.files) return;
  throw new SalvorError(
    "USAGE",
    `${store} is no store of files that could be restored one by one`,
    {
      hint: "Leave --only and --differing away, and restore it whole.",
    },
  );
}

/** Those that were named are all looked for again; of the others it is known which they are. */
function wantedOf({ only }: RestoreOptions, differing: readonly string[]): WantedPaths {
  return only === undefined ? { only: differing, alone: true } : { only, alone: false };
}

async function compareLive(
  session: Session,
  { store, driver, options, snapshot }: InPlaceRequest,
  only: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<FileComparison> {
  const repository = await session.repository(signal);
  const content = await repository.content(snapshot.id, signal);
  await using live = await session.openStore(store, driver, options);
  return await live.compareFiles(content, { ...(only && { only }), exact: false }, signal);
}

/** What would be refused, and why, only the files themselves tell. */
async function preview(
  session: Session,
  { store, driver, options, snapshot, quarantine, wanted, unseen }: FilesRequest,
  signal: AbortSignal,
): Promise<Amended> {
  const repository = await session.repository(signal);
  const source = join(await session.scratch(), session.world.newId("preview"));
  await using copy = await session.openStoreAt(store, driver, options, source);
  await copy.restore(await repository.content(snapshot.id, signal), wanted, signal);
  await using live = await session.openStore(store, driver, options);
  try {
    return await live.amend(
      { kind: "put-back-files", source, quarantine, wanted, unseen, dryRun: true },
      signal,
    );
  } finally {
    await copy.discard(signal);
  }
}
