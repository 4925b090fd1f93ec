import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { nodeDisk } from "../core/disk.ts";
import { type ErrorCode, ERRORS, SalvorError } from "../core/errors.ts";
import type { Loss } from "../core/loss.ts";
import type { Plan, PlannedStep } from "../plans/types.ts";
import type { RebuildResult } from "../projections/types.ts";
import { draftOf, planRebuild, type RebuildRequest } from "../recovery/plan-rebuild.ts";
import { lockStore } from "../state/locks.ts";
import { warmBuild } from "./build-state.ts";
import { discardDrafts } from "./discard-drafts.ts";
import { openRunView } from "./engine.ts";
import { refuseForeignTarget } from "./foreign-target.ts";
import { performPlan } from "./perform-plan.ts";
import type { RebuildDocument, RebuildOptions, RebuildsDocument } from "./projection-documents.ts";
import { damagedEventsFile, stateTarget } from "./projection-target.ts";
import type { RunDocument } from "./run-document.ts";
import { resumeFor } from "./runs.ts";
import type { Session } from "./session.ts";
import { momentMs } from "./timestamp.ts";
import { rememberState } from "./verify-state.ts";

/** Builds the states of projections from their logs, and puts them in the live ones' places. */
export async function rebuild(
  session: Session,
  options: RebuildOptions,
  signal: AbortSignal,
): Promise<RebuildDocument | RebuildsDocument> {
  const names = session.projectionNames(options.projections);
  const times = timesOf(options, names);
  const { onProgress, dryRun = false, discard = false } = options;
  if (!dryRun && !discard) await warmBuild(session);
  if (onProgress !== undefined) session.builds.add(onProgress);
  try {
    const [only] = names;
    if (only !== undefined && names.length === 1) {
      return await rebuildOne(session, only, { ...options, ...times }, signal);
    }
    const results = [];
    for (const name of names) {
      const one = rebuildOne(session, name, { ...options, ...times }, signal);
      results.push(await one.catch((error: unknown) => failed(session, name, error, signal)));
    }
    return { results };
  } finally {
    if (onProgress !== undefined) session.builds.delete(onProgress);
  }
}

function timesOf(
  { fromTimestamp, untilTimestamp, to, discard = false, batchSize = 1 }: RebuildOptions,
  names: readonly string[],
): Pick<RebuildRequest, "fromMs" | "untilMs"> {
  const fromMs = momentMs(fromTimestamp, "--from-timestamp");
  const untilMs = momentMs(untilTimestamp, "--until-timestamp");
  if ((untilMs === null) !== (to === undefined)) {
    throw usage(
      untilMs === null ? "--to goes with --until-timestamp" : "--until-timestamp needs --to",
      "The state of a time goes to a file of its own: --until-timestamp T --to F.",
    );
  }
  if (to !== undefined && names.length > 1) {
    throw usage("--to takes one projection", `Name one of these: ${names.join(", ")}.`);
  }
  if (fromMs !== null && untilMs !== null) {
    throw usage("--from-timestamp and --until-timestamp exclude each other", "Give one of them.");
  }
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw usage(`${batchSize} is no size of a batch`, "Give a number above 0: --batch-size 5000.");
  }
  if (discard && fromMs !== null) {
    throw usage("--discard takes no --from-timestamp", "It removes what any rebuild has left.");
  }
  return { fromMs, untilMs };
}

function usage(message: string, hint: string): SalvorError {
  return new SalvorError("USAGE", message, { hint });
}

type Terms = RebuildOptions & Pick<RebuildRequest, "fromMs" | "untilMs">;

async function rebuildOne(
  session: Session,
  name: string,
  terms: Terms,
  signal: AbortSignal,
): Promise<RebuildDocument> {
  const { dryRun = false, discard = false } = terms;
  const request = requestOf(session, name, terms);
  if (discard) {
    const drafts = await discardDrafts(session, name, request, { ...terms, dryRun }, signal);
    return { ...nothing(request), outcome: "discarded", draft: drafts[0] ?? null };
  }
  const plan = planRebuild(request);
  let earlier: readonly RunDocument[] = [];
  if (!dryRun) {
    await refuseBusy(session, name);
    const { ended, answer } = await endInterrupted(session, name, plan, signal);
    if (answer !== undefined) return await rebuilt(session, request, answer);
    earlier = ended;
  }
  await refuseTaken(request);
  await refuseWrongTarget(session, request);
  const run = await performPlan(session, plan, { ...terms, yes: true }, signal);
  if (run.status === "planned") return { ...nothing(request), outcome: "planned", run };
  if (run.status !== "succeeded") throw await failureOf(run, request);
  return await rebuilt(session, request, run, earlier);
}

/** The request of one projection as its plan takes it. */
export function requestOf(
  session: Session,
  projection: string,
  terms: Pick<Terms, "batchSize" | "fromMs" | "onDamaged" | "to" | "untilMs">,
): RebuildRequest {
  const { to, fromMs, untilMs, onDamaged = null, batchSize = null } = terms;
  const id = session.world.newId("rebuild");
  return {
    ...stateTarget(session, projection),
    projection,
    quarantine: join(session.requireConfig().state, "quarantine", projection, id),
    place: to === undefined ? null : session.path(to),
    fromMs,
    untilMs,
    onDamaged,
    batchMax: batchSize,
  };
}

/**
 * Ends what was interrupted. Was it what is asked for now? Then whoever asks again after a crash has
 * the answer; but not where it was built before that crash: since then the log may have grown, and the
 * projection may be another one.
 */
async function endInterrupted(
  session: Session,
  name: string,
  plan: Plan,
  signal: AbortSignal,
): Promise<{ readonly ended: readonly RunDocument[]; readonly answer: RunDocument | undefined }> {
  const waiting = await (await openRunView(session)).interrupted();
  const old = new Set(waiting.filter(isBuilt).map(({ id }) => id));
  const ended = await resumeFor(session, name, signal);
  const answer = ended.findLast((run) => !old.has(run.id) && isSame(run, plan.steps[0]));
  return { ended, answer };
}

/** Is a state built that took a live one's place? One of its own cannot be built a second time. */
function isBuilt({ steps }: RunDocument): boolean {
  return steps.some(
    ({ action, status, parameters }) =>
      action === "rebuild" && status === "succeeded" && parameters["place"] === null,
  );
}

function isSame(run: RunDocument, wanted: PlannedStep | undefined): boolean {
  const built = run.steps.find(({ action }) => action === "rebuild");
  return run.status === "succeeded" && isDeepStrictEqual(built?.parameters, wanted?.parameters);
}

/** Whoever is second wants to hear of the projection, and not of somebody's run. */
async function refuseBusy(session: Session, name: string): Promise<void> {
  const { folder } = await session.state();
  await using _free = await lockStore(folder, name, session.world, "projection");
}

async function refuseTaken({ place }: RebuildRequest): Promise<void> {
  if (place === null || (await nodeDisk.stat(place)) === null) return;
  throw new SalvorError("NOT_EMPTY", `${place} exists already`, {
    hint: "Name a path that does not exist yet.",
  });
}

/** An exchange puts a file in a file's place, and nobody else's. */
export async function refuseWrongTarget(
  session: Session,
  { projection, place, live }: RebuildRequest,
): Promise<void> {
  if (place !== null) return;
  await refuseForeignTarget(session, projection);
  if ((await nodeDisk.stat(live))?.kind !== "folder") return;
  throw new SalvorError("NOT_EMPTY", `${live} is a folder, and no state`, {
    hint: 'Move it away, or name a file as "target" of the projection in salvor.yaml.',
  });
}

/** The first step that failed says why; what can be gone on with is named. */
async function failureOf(run: RunDocument, request: RebuildRequest): Promise<SalvorError> {
  const error = run.steps.find((step) => step.error !== null)?.error;
  const { projection } = request;
  const code = Object.hasOwn(ERRORS, error?.code ?? "") ? (error?.code as ErrorCode) : "FAULT";
  const message = `${projection}: ${error?.message ?? `run ${run.id} is ${run.status}`}`;
  const draft = draftOf(request);
  const isLeft = (await nodeDisk.stat(draft)) !== null;
  const left = isLeft
    ? ` What was built so far is kept in ${draft}: "salvor rebuild ${projection}" goes on with it, "salvor rebuild ${projection} --discard" removes it.`
    : "";
  return new SalvorError(code, message, {
    hint: `${error?.hint ?? `"salvor runs ${run.id}" tells more.`}${left}`,
  });
}

async function rebuilt(
  session: Session,
  request: RebuildRequest,
  run: RunDocument,
  earlier: readonly RunDocument[] = [],
): Promise<RebuildDocument> {
  const isWhole = request.place === null && request.fromMs === null;
  // What was wrong with the state before is gone with it.
  if (isWhole) await rememberState(session, request.projection, []);
  const result = run.rebuilt.find(({ projection }) => projection === request.projection);
  const base = nothing(request);
  const { quarantine } = run;
  const losses = lossesOf([...earlier, run]);
  const damagedEvents = (result?.corrupted ?? 0) > 0 ? damagedFile(session, request) : null;
  return { ...base, ...result, outcome: "rebuilt", damagedEvents, losses, quarantine, run };
}

/** What runs have cost that one command has ended; the same loss once. */
function lossesOf(runs: readonly RunDocument[]): readonly Loss[] {
  const all = runs.filter(({ status }) => status === "succeeded").flatMap(({ losses }) => losses);
  return [...new Map(all.map((loss) => [JSON.stringify(loss), loss])).values()];
}

function damagedFile(session: Session, { projection }: RebuildRequest): string {
  return damagedEventsFile(session, session.projection(projection).log);
}

const NO_RESULT: Omit<RebuildResult, "digest" | "projection" | "target"> = {
  events: 0,
  applied: 0,
  duplicates: 0,
  corrupted: 0,
  eventsPerSecond: 0,
  checkpoint: null,
};

function nothing({ projection, place, live }: RebuildRequest): RebuildDocument {
  return {
    projection,
    target: place ?? live,
    ...NO_RESULT,
    digest: null,
    outcome: "failed",
    draft: null,
    damagedEvents: null,
    quarantine: null,
    losses: [],
    error: null,
    run: null,
  };
}

/** Of several, one that cannot be rebuilt keeps no other from it. */
function failed(
  session: Session,
  name: string,
  error: unknown,
  signal: AbortSignal,
): RebuildDocument {
  if (signal.aborted || !(error instanceof SalvorError)) throw error;
  const { code, message, hint } = error;
  const request = requestOf(session, name, { fromMs: null, untilMs: null });
  return { ...nothing(request), error: { code, message, hint } };
}
