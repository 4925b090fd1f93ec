import { open } from "node:fs/promises";
import { join } from "node:path";

import { SalvorError } from "../../../core/errors.ts";
import { entryModule } from "../../../core/module.ts";
import type { Amended, Amendment } from "../../types.ts";
import { captureImage } from "../capture.ts";
import { withUsers } from "../exchange.ts";
import type { LiveDatabase } from "../live.ts";
import { preflightOf } from "../preflight.ts";
import { foreignAmendment } from "../../refusals.ts";
import type { AmendInput, DatabaseAmendment } from "./amend-task.ts";
import { ruleClock } from "./rule-clock.ts";

const WORK_MAX_MS = 6 * 60 * 60 * 1000;

/** Changes the live database in one IMMEDIATE transaction, all of it or nothing. */
export async function amendDatabase(
  live: LiveDatabase,
  amendment: Amendment,
  signal: AbortSignal,
): Promise<Amended> {
  if (amendment.kind !== "reindex" && amendment.kind !== "put-back-rows")
    throw foreignAmendment("a database", amendment);
  if (amendment.kind === "put-back-rows" && amendment.dryRun) {
    return rehearse(live, amendment, signal);
  }
  await refuseUnfit(live, signal);
  try {
    return await perform(live, live.path, amendment, signal);
  } catch (error) {
    throw await withUsers(live.path, error);
  }
}

/** On a copy: a look must neither change a byte of the live files nor keep anybody waiting. */
async function rehearse(
  live: LiveDatabase,
  amendment: DatabaseAmendment,
  signal: AbortSignal,
): Promise<Amended> {
  await using image = await captureImage(live, signal);
  const [part] = await Array.fromAsync(image.parts(signal));
  return await perform(live, part?.pages?.path ?? (await emptyDatabase(live)), amendment, signal);
}

/** A file of no bytes is a database without tables. */
async function emptyDatabase({ context }: LiveDatabase): Promise<string> {
  const path = join(context.scratch, `${context.world.newId("empty")}.sqlite`);
  await (await open(path, "wx", 0o600)).close();
  return path;
}

async function perform(
  { context, busyTimeoutMs }: LiveDatabase,
  path: string,
  amendment: DatabaseAmendment,
  signal: AbortSignal,
): Promise<Amended> {
  using clock = ruleClock(amendment.kind === "put-back-rows" ? amendment.rules : []);
  const input: AmendInput = { path, busyTimeoutMs, amendment };
  const task = entryModule("stores/sqlite/amend/amend-task");
  const either = AbortSignal.any([signal, clock.signal]);
  const { onProgress } = clock;
  return await context.hosts.run("engine", task, input, either, {
    timeoutMs: WORK_MAX_MS,
    onProgress,
  });
}

/**
 * The engine would drop what it does not understand: only what passes preflight is written to, and
 * what a writer that died has left behind, which the engine takes back before anything else.
 */
async function refuseUnfit({ context, path }: LiveDatabase, signal: AbortSignal): Promise<void> {
  const { verdict, observations, size } = await preflightOf(context.hosts, path, signal);
  if (verdict === "engine" || (verdict === "copy" && size > 0)) return;
  const [reason] = observations;
  const message = reason?.description ?? `the engine would drop what lies beside ${path}`;
  const isMissing = reason?.code === "sqlite.file.missing";
  throw new SalvorError(isMissing ? "STORE_MISSING" : "STORE_DAMAGED", message, {
    hint: 'Run "salvor scan" and "salvor recover": rows go back into a sound file only.',
  });
}
